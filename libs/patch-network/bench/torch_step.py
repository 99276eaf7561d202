"""Our own PyTorch rendering of the steps `npm run bench` times, for comparison in the same run.

Reads one JSON object a line: {"kind": "discriminator" | "generator", "layout": "default" | "channels_last", "threads",
"pictures", "side", "input", "width", "outputs", "padding"}; answers each with the seconds one step took. The first request of a
kind builds its network and takes one untimed step.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from torch import nn


def network(request):
    pad = 1 if request["padding"] == "same" else 0
    layers, channels = [], request["input"]
    for _ in range(4):
        layers += [nn.Conv2d(channels, request["width"], 3, 1, pad), nn.BatchNorm2d(request["width"]), nn.LeakyReLU(0.2)]
        channels = request["width"]
    layers.append(nn.Conv2d(channels, request["outputs"], 3, 1, pad))
    if request["kind"] == "generator":
        layers.append(nn.Tanh())
    return nn.Sequential(*layers)


def prepare(request):
    torch.manual_seed(1)
    layout = torch.channels_last if request["layout"] == "channels_last" else torch.contiguous_format
    model = network(request).to(memory_format=layout)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-4, betas=(0.5, 0.999))
    side, pictures = request["side"], request["pictures"]
    images = (torch.rand(pictures, request["input"], side, side) * 2 - 1).to(memory_format=layout)
    with torch.no_grad():
        patches = model(images).shape[-1]
    if request["kind"] == "discriminator":
        labels = torch.arange(pictures) % request["outputs"]
        target = labels[:, None, None].expand(pictures, patches, patches).contiguous()
        loss = nn.CrossEntropyLoss()
    else:
        target = torch.rand(pictures, request["outputs"], patches, patches).to(memory_format=layout)
        loss = nn.MSELoss()

    def step():
        optimiser.zero_grad()
        loss(model(images), target).backward()
        optimiser.step()

    step()
    return step


def main():
    steps = {}
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        key = line
        if key not in steps:
            steps.clear() if len(steps) > 2 else None
            steps[key] = prepare(request)
        start = time.perf_counter()
        steps[key]()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


print(json.dumps({"torch": torch.__version__}), flush=True)
main()
