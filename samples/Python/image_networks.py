"""The UNets of images as PyTorch has them, with the same names of parameters. Data are channels first: [N, C, H, W]."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from diffusion_models import Label, Step


class Block(nn.Module):
    def __init__(self, before, after, features, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, before), nn.Conv2d(before, after, 3, padding=1)
        self.condition = nn.Linear(features, after)
        self.norm2, self.conv2 = nn.GroupNorm(groups, after), nn.Conv2d(after, after, 3, padding=1)
        self.skip = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, x, rows):
        h = self.conv1(F.silu(self.norm1(x))) + self.condition(rows)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels, heads, kind, groups):
        super().__init__()
        self.heads, self.linear, self.norm = heads, kind == "Linear", nn.GroupNorm(groups, channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).view(n, 3, self.heads, c // self.heads, h * w).unbind(1)  # [N, heads, d, S]
        if self.linear:
            y = (v @ k.softmax(3).transpose(2, 3)) @ q.softmax(2) / math.sqrt(c // self.heads)
        else:
            y = v @ (q.transpose(2, 3) @ k / math.sqrt(c // self.heads)).softmax(3).transpose(2, 3)
        return x + self.out(y.reshape(n, c, h, w))


class UNet(nn.Module):
    """[N, C, H, W], times and labels to what it predicts; without conditions other than labels."""

    def __init__(self, sizes):
        super().__init__()
        if "Widths" in sizes:  # digits
            levels = [{"Width": width, "Heads": sizes["Heads"], "Attention": "Softmax" if i else "Linear"} for i, width in enumerate(sizes["Widths"])]
            sizes = {**sizes, "Levels": levels, "Channels": 1, "Height": 28, "Width": 28}
        if sizes.get("ConditionFeatures") or sizes.get("ConditionChannels"):
            raise ValueError("the model takes a vector or an image as a condition, which this module does not know")
        levels, e, groups, channels = sizes["Levels"], sizes["Embedding"], sizes.get("Groups", 8), sizes["Channels"]
        self.sample_shape, self.order = (channels, sizes["Height"], sizes["Width"]), []
        self.step, self.label = Step(e, sizes["Timesteps"]), Label(sizes["Classes"], e) if sizes.get("Classes") else None
        self.first, extents = nn.Conv2d(channels, levels[0]["Width"], 3, padding=1), [self.sample_shape[1:]]

        def stage(name, before, level):
            parts = []
            for number in ["", *range(2, level.get("Blocks", 1) + 1)]:
                parts.append(f"{name}_block{number}")
                setattr(self, parts[-1], Block(level["Width"] if number else before, level["Width"], e, groups))
                if level.get("Attention", "None") != "None":
                    parts.append(f"{name}_attention{number}")
                    setattr(self, parts[-1], Attention(level["Width"], level.get("Heads", 4), level["Attention"], groups))
            return parts

        for i, level in enumerate(levels):
            self.order.append(("down", stage(f"down{i}", levels[max(0, i - 1)]["Width"], level)))
            if i < len(levels) - 1:
                self.order.append(("half", [f"down{i}_conv"]))
                setattr(self, f"down{i}_conv", nn.Conv2d(level["Width"], level["Width"], 3, 2, 1))
                extents.append(tuple((n + 1) // 2 for n in extents[-1]))
        width, middle = levels[-1]["Width"], sizes.get("Middle", "Softmax")
        self.middle_block1, self.middle_block2 = Block(width, width, e, groups), Block(width, width, e, groups)
        if middle != "None":
            self.middle_attention = Attention(width, levels[-1].get("Heads", 4), middle, groups)
        self.order.append(("middle", ["middle_block1", *(["middle_attention"] if middle != "None" else []), "middle_block2"]))
        for i in reversed(range(len(levels))):
            self.order.append(("up", stage(f"up{i}", 2 * levels[i]["Width"], levels[i])))
            if i:
                self.order.append(("double", [f"up{i}_conv"]))
                kernel = tuple(3 if n % 2 else 4 for n in extents[i - 1])
                setattr(self, f"up{i}_conv", nn.ConvTranspose2d(levels[i]["Width"], levels[i - 1]["Width"], kernel, 2, 1))
        self.norm, self.last = nn.GroupNorm(groups, levels[0]["Width"]), nn.Conv2d(levels[0]["Width"], channels, 3, padding=1)

    def forward(self, x, t, labels):
        rows, h, skips = F.silu(self.step(t) + (self.label(labels) if self.label else 0)), self.first(x), []
        for kind, names in self.order:
            h = torch.cat([h, skips.pop()], 1) if kind == "up" else h
            for name in names:
                part = getattr(self, name)
                h = part(h, rows) if isinstance(part, Block) else part(h)
            if kind == "down":
                skips.append(h)
        return self.last(F.silu(self.norm(h)))
