"""Writes tests/golden/checkpoints: files of torch.save in the forms that people have, a few kB each.

    python make_checkpoints.py tests/golden/checkpoints

Needs PyTorch (2.15 wrote the files here) and NumPy. Values count from 0, so that a test knows them.
"""

import argparse
import collections
import sys

import numpy
import torch


def count(*shape, dtype=torch.float32):
    return torch.arange(numpy.prod(shape), dtype=torch.float32).reshape(shape).to(dtype)


def network():
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    with torch.no_grad():
        module[0].weight.copy_(count(2, 3))
        module[0].bias.copy_(count(2))
    return module


def tensors():
    whole = count(4, 3)
    return collections.OrderedDict(
        [
            ("transposed", whole.t()),
            ("row", whole[2]),
            ("tied", whole),
            ("again", whole),
            ("half", count(5, dtype=torch.float16)),
            ("bfloat", count(5, dtype=torch.bfloat16)),
            ("double", count(2, dtype=torch.float64)),
            ("ids", torch.arange(4).expand((1, -1))),
            ("mask", torch.tril(torch.ones(2, 2)).to(torch.uint8)),
            ("truth", torch.tensor([True, False])),
            ("scalar", torch.tensor(-1e4)),
            ("none", torch.zeros(0, 7)),
            ("parameter", torch.nn.Parameter(count(2, 2))),
        ]
    )


class Own:
    def __init__(self):
        self.rate = 0.1


def training(module):
    optimizer = torch.optim.Adam(module.parameters())
    module(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "args": argparse.Namespace(lr=0.1, names=["a", "b"]),
        "config": Own(),
        "best": torch.tensor(77.0),
        "loss": numpy.float64(0.5),
        "array": numpy.arange(3),
        "optimizer": optimizer.state_dict(),
        "state_dict": collections.OrderedDict(("module." + name, value) for name, value in module.state_dict().items()),
    }


def main(directory):
    def save(value, name, **options):
        torch.save(value, f"{directory}/{name}", **options)

    legacy = {"_use_new_zipfile_serialization": False}
    save(network().state_dict(), "state_dict.pt")
    save(network().state_dict(), "state_dict-legacy.pt", **legacy)
    save(network().state_dict(), "state_dict-protocol4.pt", pickle_protocol=4)
    save(tensors(), "tensors.pt")
    save(tensors(), "tensors-legacy.pt", **legacy)
    save(training(network()), "training.pth")
    save(training(network()), "training-legacy.pth", **legacy)
    save(network(), "module.pt")
    save({"float8": torch.zeros(2).to(torch.float8_e4m3fn)}, "float8.pt")
    save({"sparse": torch.eye(2).to_sparse()}, "sparse.pt")
    torch.jit.save(torch.jit.trace(torch.nn.Linear(1, 1), torch.ones(1, 1)), f"{directory}/trace.pt")


if __name__ == "__main__":
    main(sys.argv[1])
