"""Opens the models of this library in PyTorch and samples from them: two-pixel UNets, and UNets of images (digits among them).

    model = load("out/two-pixel/model-T50.safetensors")
    x = sample(model, labels=0, count=1000, w=1.0)              # DDPM; sampler="ddim", steps=10 for few steps
    x0, eps = predict(model, x_t, t, labels)                    # model.network is a torch.nn.Module

Data are channels first here, as PyTorch has them: [N, 1, 2] for two pixels, [N, C, H, W] for images. Needs torch and numpy.
"""

import json
import math
import struct
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

TYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64}


class Step(nn.Module):
    """sin and cos of 2π·f·t/T, a linear layer, SiLU."""

    def __init__(self, features, timesteps):
        super().__init__()
        self.timesteps, self.fourier, self.linear = timesteps, nn.Module(), nn.Linear(features, features)
        self.fourier.register_buffer("frequencies", torch.zeros(features // 2))

    def forward(self, t):
        angles = 2 * math.pi * (t.double() / self.timesteps)[:, None] * self.fourier.frequencies.double()
        return F.silu(self.linear(torch.cat([angles.sin(), angles.cos()], 1).float()))


class Label(nn.Module):
    """One-hot of the classes and none (-1), linear, SiLU, linear."""

    def __init__(self, classes, features):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(classes + 1, features), nn.Linear(features, features)

    def forward(self, labels):
        count = self.linear1.in_features
        return self.linear2(F.silu(self.linear1(F.one_hot(labels % count, count).float())))


class Conditioned(nn.Module):
    def __init__(self, conv, channels, features, groups):
        super().__init__()
        self.conv, self.norm = conv, nn.GroupNorm(groups, channels)
        self.step, self.label = nn.Linear(features, channels), nn.Linear(features, channels)

    def forward(self, x, step, label):
        return F.silu(self.norm(self.conv(x) + (self.step(step) + self.label(label))[:, :, None]))


class TwoPixelUNet(nn.Module):
    """[N, 1, 2], times and labels to what it predicts."""

    def __init__(self, sizes):
        super().__init__()
        a, b, e = sizes["Channels1"], sizes["Channels2"], sizes["Embedding"]
        self.sample_shape = (1, 2)
        self.step, self.label = Step(e, sizes["Timesteps"]), Label(sizes["Classes"], e)
        self.encoder1 = Conditioned(nn.Conv1d(1, a, 2), a, e, 4)
        self.encoder2 = Conditioned(nn.Conv1d(a, b, 1), b, e, 32)
        self.decoder1 = Conditioned(nn.ConvTranspose1d(b, a, 1), a, e, 4)
        self.decoder2 = nn.ConvTranspose1d(2 * a, 2, 1)
        if sizes.get("LearnsVariance"):
            self.variance = nn.ConvTranspose1d(2 * a, 2, 1)

    def forward(self, x, t, labels):
        step, label = self.step(t), self.label(labels)
        h1 = self.encoder1(x, step, label)
        h3 = self.decoder1(self.encoder2(h1, step, label), step, label)
        return self.decoder2(torch.cat([h3, h1], 1)).transpose(1, 2)  # two channels are the two pixels


def read_safetensors(path):
    """The tensors (in single precision) and the metadata of a file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata, state = header.pop("__metadata__", {}), {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        state[name] = torch.from_numpy(array.astype(np.float32))
    return state, metadata


def write_safetensors(path, state, metadata=None):
    """Writes a state dictionary, which `TwoPixel import --state` reads."""
    header, parts, at = {"__metadata__": metadata} if metadata else {}, [], 0
    for name, tensor in state.items():
        parts.append(tensor.detach().cpu().numpy().astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(parts[-1])]}
        at += len(parts[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def alphas_cumprod(schedule):
    """The share of the data's variance at t = 0 ... T, of what a file says of its schedule."""
    steps = schedule["Timesteps"]
    t = np.arange(steps + 1)
    if schedule["Kind"] == "Cosine":
        s = schedule["CosineOffset"]
        curve = np.cos((t / steps + s) / (1 + s) * math.pi / 2) ** 2
        betas = np.minimum(1 - curve[1:] / curve[:-1], schedule["MaxBeta"])
    elif schedule["Kind"] == "Linear" and steps == 1000:
        betas = np.linspace(schedule["LinearStart"], schedule["LinearEnd"], steps)
    else:
        raise ValueError(f"the schedule {schedule['Kind']} of {steps} steps is none of Cosine and Linear of 1000: give alphas_cumprod to load")
    return np.concatenate([[1.0], np.cumprod(1 - betas)])


def load(path, alphas=None):
    """A model: its network in evaluation, T, classes, what it predicts, and g and s of x_t = g·x_0 + s·eps at t = 0 ... T."""
    state, metadata = read_safetensors(path)
    sizes = json.loads(metadata["network"])
    if metadata["architecture"] == "two-pixel-unet":
        network = TwoPixelUNet(sizes).eval()
    elif metadata["architecture"] in ("mnist-unet", "unet"):
        from image_networks import UNet
        network = UNet(sizes).eval()
    else:
        raise ValueError(f"{path}: the architecture is {metadata['architecture']}; known are two-pixel-unet, mnist-unet and unet")
    network.load_state_dict(state)
    settings = json.loads(metadata.get("objectiveSettings", "{}"))
    asked = metadata.get("parameterisation") or settings.get("Parameterisation", "Epsilon")
    if asked not in ("Epsilon", "X0", "V", "Flow"):
        raise ValueError(f"{path}: the network predicts {asked}; known are Epsilon, X0, V and Flow")
    if alphas is None:
        alphas = alphas_cumprod(json.loads(metadata["schedule"]))
    a = torch.as_tensor(alphas, dtype=torch.float64)
    return SimpleNamespace(
        network=network, metadata=metadata, T=len(a) - 1, classes=sizes.get("Classes", 0), asked=asked, A=a, g=a.sqrt(), s=(1 - a).sqrt())


@torch.no_grad()
def predict(model, x, t, labels, w=None, clamp=None):
    """x_0 and eps as the network sees them at whole times t, [N] or one for all. Labels: [N] or one for all, -1 for none; w guides."""
    t, labels = (torch.as_tensor(each).expand(len(x)) for each in (t, labels))
    q = model.network(x, t, labels)
    if w is not None:
        q = (1 + w) * q - w * model.network(x, t, torch.full_like(labels, -1))
    g, s = (each[t].view(-1, *[1] * (x.dim() - 1)).float() for each in (model.g, model.s))
    a, b = {"Epsilon": (0, 1), "X0": (1, 0), "V": (-s, g), "Flow": (-1, 1)}[model.asked]  # q = a·x_0 + b·eps
    d = b * g - a * s
    x0, eps = (b * x - s * q) / d, (g * q - a * x) / d
    if clamp is not None:
        x0 = x0.clamp(-clamp, clamp)
        eps = (x - g * x0) / s
    return x0, eps


@torch.no_grad()
def sample(model, labels=-1, count=1, w=None, sampler="ddpm", steps=None, clamp=None, seed=0, start=None):
    """Samples [N, ...] by DDPM (arXiv:2006.11239, all T steps) or DDIM (arXiv:2010.02502, without noise, as many steps as wanted)."""
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(count, *model.network.sample_shape, generator=random) if start is None else start.clone()
    times = np.rint(np.linspace(model.T, 0, (steps or model.T) + 1)).astype(int).tolist()
    for t, to in zip(times, times[1:]):
        x0, eps = predict(model, x, t, labels, w, clamp)
        if sampler == "ddim":
            x = (model.g[to] * x0 + model.s[to] * eps).float()
            continue
        alpha = model.A[t] / model.A[to]
        left = (1 - model.A[to]) / (1 - model.A[t])
        x = (model.g[to] * (1 - alpha) / (1 - model.A[t]) * x0 + alpha.sqrt() * left * x).float()  # DDPM eq. 7
        if to > 0:
            x += (left * (1 - alpha)).sqrt().float() * torch.randn(x.shape, generator=random)
    return x
