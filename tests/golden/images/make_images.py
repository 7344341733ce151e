#!/usr/bin/env python3
"""Makes resized.safetensors: small pictures, and what Pillow, torchvision and transformers make of them.

Needs Python with numpy, pillow, torch, torchvision and transformers; the tests do not. The versions are written into the
file. All tensors are uint8 (H, W, 3).

  make_images.py [DIRECTORY]

- picture/NAME
- FILTER/NAME/HEIGHTxWIDTH: the picture resized; FILTER is "pillow_" and Pillow's name or "torchvision_" and torchvision's
- CLASS/NAME: what an image processor of transformers makes of the picture, without rescaling and normalising;
  tests/models/images/golden_images_test.cpp has each one's settings a second time
"""
import json
import pathlib
import struct
import sys

import numpy as np
import PIL
import torch
import torchvision
import transformers
from PIL import Image
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional
from transformers.models.clip.image_processing_clip import CLIPImageProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_convnext import ConvNextImageProcessor
from transformers.models.donut.image_processing_donut import DonutImageProcessor
from transformers.models.llava.image_processing_llava import LlavaImageProcessor
from transformers.models.vilt.image_processing_vilt import ViltImageProcessor

SIZES = {
    "noise": [(9, 11), (23, 12), (31, 31), (40, 52), (1, 1), (5, 60)],
    "smooth": [(8, 10), (14, 30), (3, 3)],
    "wide": [(7, 20), (2, 33), (1, 1), (5, 90)],
    "tall": [(20, 7), (33, 2), (90, 5)],
    "pixel": [(1, 1), (4, 5)],
}


def pictures():
    random = np.random.default_rng(21)
    # Black and white beside each other make bicubic and Lanczos overshoot.
    noise = np.clip(random.integers(-60, 316, (23, 31, 3)), 0, 255)
    y, x = np.mgrid[0:30, 0:44]
    smooth = np.stack([127 + 120 * np.sin(x / 9), 127 + 120 * np.cos(y / 7), (x * y) % 256], 2)
    wide = random.integers(0, 256, (2, 90, 3))
    all = {"noise": noise, "smooth": smooth, "wide": wide, "tall": wide.transpose(1, 0, 2), "pixel": wide[:1, :1],
           "high": random.integers(0, 256, (50, 15, 3)), "square": noise[:, :23]}
    return {name: np.ascontiguousarray(pixels.astype(np.uint8)) for name, pixels in all.items()}


def resized(pixels, filter, size):
    family, name = filter.split("_")
    if family == "pillow":
        return np.array(Image.fromarray(pixels).resize((size[1], size[0]), Image.Resampling[name.upper()]))
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    result = functional.resize(tensor, list(size), interpolation=InterpolationMode(name), antialias=True)
    return result.permute(1, 2, 0).numpy()


def prepared(processor, pixels):
    values = processor(Image.fromarray(pixels), return_tensors="np", do_rescale=False, do_normalize=False)
    return values["pixel_values"][0].transpose(1, 2, 0).astype(np.uint8)


def processors():
    square = {"height": 13, "width": 13}
    clip = dict(size={"shortest_edge": 18}, crop_size={"height": 13, "width": 14}, resample=3)
    return {
        "CLIPImageProcessor": CLIPImageProcessor(**clip),
        "CLIPImageProcessorPil": CLIPImageProcessorPil(**clip),
        "ConvNextImageProcessor": ConvNextImageProcessor(size={"shortest_edge": 14}, crop_pct=0.875, resample=3),
        "DonutImageProcessor": DonutImageProcessor(size={"height": 30, "width": 20}, resample=2),
        "LlavaImageProcessor": LlavaImageProcessor(size={"shortest_edge": 13}, crop_size=square, do_pad=True, resample=3,
                                                   image_mean=[0.4, 0.6, 0.8]),
        "ViltImageProcessor": ViltImageProcessor(size={"shortest_edge": 18}, size_divisor=4, resample=3),
    }


def write(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "U8", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.size]}
        offset += tensor.size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(tensor.tobytes() for tensor in tensors.values()))


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    filters = ["pillow_" + name for name in ("box", "bilinear", "bicubic", "lanczos")]
    filters += ["torchvision_" + name for name in ("bilinear", "bicubic", "lanczos")]
    all = pictures()
    tensors = {"picture/" + name: pixels for name, pixels in all.items()}
    for name, pixels in all.items():
        for size in SIZES.get(name, []):
            for filter in filters:
                tensors[f"{filter}/{name}/{size[0]}x{size[1]}"] = np.ascontiguousarray(resized(pixels, filter, size))
    for name, processor in processors().items():
        for picture in ("noise", "smooth", "high", "square"):
            tensors[f"{name}/{picture}"] = np.ascontiguousarray(prepared(processor, all[picture]))
    versions = {"numpy": np, "pillow": PIL, "torch": torch, "torchvision": torchvision, "transformers": transformers}
    write(directory / "resized.safetensors", tensors, {name: module.__version__ for name, module in versions.items()})


if __name__ == "__main__":
    main()
