#!/usr/bin/env python3
"""Reference numbers for the trunks, from torchvision: what README.md beside this file describes.

    make_trunks.py write NAME...   trunks/NAME.json
    make_trunks.py check [NAME...] recompute the files that there are and compare, to 1e-4
    make_trunks.py tables          trunk_tables.json, for every network
    make_trunks.py list NAME       what trunk_tables.json has a hash of: NAME's weights and layers, a line each

Needs Python with torch and torchvision (made with 1.13.1 and 0.14.1). The tests need neither.
"""

import json
import math
import pathlib
import sys

import torch
import torchvision

HERE = pathlib.Path(__file__).resolve().parent
NETWORKS = (
    "alexnet vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn googlenet resnet18 resnet34 resnet50 "
    "resnet101 resnet152 resnext50_32x4d wide_resnet50_2 squeezenet1_0 squeezenet1_1 densenet121 densenet169 "
    "mobilenet_v2"
).split()


def formula_image():
    i = torch.arange(3 * 224 * 224, dtype=torch.float64)
    return (torch.sin(0.013 * i) + 0.5 * torch.cos(0.37 * i)).float().reshape(1, 3, 224, 224)


def entries(network):
    """The state_dict without the counters that only training uses."""
    return [(key, value) for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")]


@torch.no_grad()
def set_formula_weights(network):
    for n, (key, tensor) in enumerate(entries(network), start=1):
        if key.endswith(("running_mean", "bias")):
            tensor.zero_()
        elif key.endswith("running_var") or tensor.dim() == 1:
            tensor.fill_(1)
        else:
            i = torch.arange(1, tensor.numel() + 1, dtype=torch.float64)
            h = torch.sin(12.9898 * i + 78.233 * n) * 43758.5453
            values = (2 * (h - torch.floor(h)) - 1) * math.sqrt(6 / tensor[0].numel())
            tensor.copy_(values.reshape(tensor.shape))


def make(name):
    extra = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    return getattr(torchvision.models, name)(weights=None, num_classes=1000, **extra).eval()


def layer_of(name, network):
    """The last feature map; for VGG the ReLU before the last pooling."""
    if name.startswith("vgg"):
        return f"features.{len(network.features) - 2}"
    if name.startswith("densenet"):
        return "features.norm5"
    if name == "googlenet":
        return "inception5b"
    return {"alexnet": "features.12", "mobilenet_v2": "features.18"}.get(
        name, "features.12" if name.startswith("squeezenet") else "layer4"
    )


def reference(name):
    network = make(name)
    set_formula_weights(network)
    layer = layer_of(name, network)
    kept = []
    # The tensor itself, not a copy: where torchvision rectifies it in place, it is the rectified one (DenseNet).
    network.get_submodule(layer).register_forward_hook(lambda module, inputs, output: kept.append(output))
    logits = network(formula_image())[0]
    best = int(logits.argmax())
    gradient = torch.autograd.grad(logits[best], kept[0])[0]
    alpha = gradient.mean((2, 3))[0]
    activation = kept[0].detach()
    return {
        "network": name,
        "layer": layer,
        "classes": 1000,
        "argmax": best,
        "logits_first8": logits[:8].tolist(),
        "logit_argmax": logits[best].item(),
        "logits_std": logits.std().item(),
        "activation_shape": list(activation.shape),
        "activation_mean": activation.mean().item(),
        "alpha_first8": alpha[:8].tolist(),
        "alpha_abs_sum": alpha.abs().sum().item(),
        "signed_map": (alpha[:, None, None] * activation[0]).sum(0).tolist(),
    }


def difference(found, expected):
    """Largest difference, relative to the largest absolute expected value; exact for what is no float."""
    if isinstance(expected, str) or isinstance(expected, int):
        return 0.0 if found == expected else math.inf
    found, expected = torch.tensor(found, dtype=torch.float64), torch.tensor(expected, dtype=torch.float64)
    if found.shape != expected.shape:
        return math.inf
    return ((found - expected).abs().max() / expected.abs().max()).item()


def check(names):
    worst = 0.0
    for path in sorted((HERE / "trunks").glob("*.json")):
        if names and path.stem not in names:
            continue
        expected = json.loads(path.read_text())
        found = reference(path.stem)
        differences = {key: difference(found[key], expected[key]) for key in expected}
        key = max(differences, key=differences.get)
        print(f"{path.stem}: at most {differences[key]:.1e} ({key})", flush=True)
        worst = max(worst, differences[key])
    return 0 if worst < 1e-4 else 1


def line(name, tensor):
    """"name 1 64 112 112"; a map of 1 x 1, as global pooling gives, counts as the vector that it is."""
    shape = list(tensor.shape)
    if len(shape) == 4 and shape[0] == 1 and shape[2:] == [1, 1]:
        shape = shape[:2]
    return " ".join([name] + [str(size) for size in shape])


def weight_lines(network):
    """In the order of the state_dict."""
    return [" ".join([key] + [str(size) for size in value.shape]) for key, value in entries(network)]


@torch.no_grad()
def layer_lines(network):
    """Every module but the outermost two levels' containers with its output's shape, sorted."""
    found = {}
    for name, module in network.named_modules():
        if name in ("", "features") or (name == "classifier" and len(list(module.children()))):
            continue
        module.register_forward_hook(lambda m, inputs, output, name=name: found.update({name: line(name, output)}))
    network(formula_image())
    return sorted(found.values())


def fnv1a(lines):
    """64-bit FNV-1a of the lines, each ended by a line feed."""
    value = 0xCBF29CE484222325
    for byte in "".join(text + "\n" for text in lines).encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def tables():
    rows = {}
    for name in NETWORKS:
        network = make(name)
        weights, layers = weight_lines(network), layer_lines(network)
        rows[name] = {
            "weights": len(weights),
            "weights_hash": fnv1a(weights),
            "layers": len(layers),
            "layers_hash": fnv1a(layers),
        }
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    (HERE / "trunk_tables.json").write_text("{\n" + body + "\n}\n")


def main(command="", *names):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if command == "write" and names:
        for name in names:
            (HERE / "trunks" / f"{name}.json").write_text(json.dumps(reference(name)) + "\n")
        return 0
    if command == "check":
        return check(names)
    if command == "tables" and not names:
        tables()
        return 0
    if command == "list" and len(names) == 1:
        network = make(names[0])
        print("\n".join(weight_lines(network) + layer_lines(network)))
        return 0
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
