"""Compares PyTorch with this library: predictions of the same inputs, samples, and the way back. Trains nothing.

    python3 check.py PROGRAM MODEL [PROGRAM MODEL ...]

PROGRAM is a command that has `export`, such as "dotnet run -c Release --no-build --project samples/TwoPixel --". Prints the worst
differences and exits with 1 where one is larger than rounding explains; says "skipped" and exits with 0 where there is no PyTorch.
"""

import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
except ImportError:
    print("skipped: no PyTorch")
    sys.exit(0)

from diffusion_models import load, predict, read_safetensors, sample, write_safetensors

TOLERANCE = 1e-4  # of the largest number: both compute in single precision, in another order
failed = False


def told(what, difference):
    global failed
    failed |= not difference <= TOLERANCE
    print(f"{what}: {difference:.1e}{'' if difference <= TOLERANCE else ', more than ' + str(TOLERANCE)}")


def difference(ours, theirs):
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def run(program, *arguments):
    subprocess.run([*program.split(), *arguments], check=True, stdout=subprocess.DEVNULL)


def compare(program, path, folder):
    run(program, "export", "--model", path, "--onnx", f"{folder}/model.onnx", "--example", folder)
    x, t, label, ours = (np.load(f"{folder}/{name}.npy") for name in ("x_t", "t", "label", "prediction"))
    model = load(path)
    first = torch.from_numpy(np.moveaxis(x, -1, 1).copy())
    with torch.no_grad():
        theirs = model.network(first, torch.from_numpy(t).long(), torch.from_numpy(label).long()).numpy()
    told(f"{model.metadata['architecture']}: {len(x)} predictions", difference(ours, np.moveaxis(theirs, 1, -1)))
    for sampler in ("ddpm", "ddim"):
        drawn = sample(model, labels=0, count=16, w=1.0, sampler=sampler, steps=min(model.T, 8), clamp=1.5)
        print(f"{model.metadata['architecture']}: 16 samples by {sampler}, mean {drawn.mean():.3f}, deviation {drawn.std():.3f}")
        if not torch.isfinite(drawn).all():
            told("samples that are no numbers", np.inf)
    return model


def exact_noise(model, x, t, label):
    """The noise of least error for the assignment's two Gaussians: (x - g·E[x_0 | x]) / s."""
    means, weights, variance = np.array([[-0.35, 0.65], [0.75, -0.45]]), np.array([0.35, 0.65]), 0.01
    g, s = model.g[t].item(), model.s[t].item()
    spread = g * g * variance + s * s
    logs = np.log(weights) - ((x[:, None] - g * means) ** 2).sum(2) / (2 * spread)
    logs = np.where((label[:, None] >= 0) & (label[:, None] != np.arange(2)), -np.inf, logs)
    shares = np.exp(logs - logs.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    return s / spread * (x - g * shares @ means)


def truth(model):
    """How far the trained network is from the exact noise, in noisy data of each class, asked with and without it."""
    random, means = np.random.default_rng(0), np.array([[-0.35, 0.65], [0.75, -0.45]])
    for t in (5, 20, 35, 50):
        y = random.choice(2, 20000, p=[0.35, 0.65])
        x0 = means[y] + 0.1 * random.standard_normal((len(y), 2))
        x = model.g[t].item() * x0 + model.s[t].item() * random.standard_normal(x0.shape)
        label = np.where(random.random(len(y)) < 0.5, -1, y)
        eps = predict(model, torch.from_numpy(x).float()[:, None], t, torch.from_numpy(label))[1][:, 0].numpy()
        print(f"t = {t}: {np.sqrt(((eps - exact_noise(model, x, t, label)) ** 2).mean()):.4f} from the exact noise (root mean square)")


def way_back(program, path, folder):
    """The network's state under other names, as another program would have saved it, comes back the same."""
    state = load(path).network.state_dict()
    write_safetensors(f"{folder}/theirs.safetensors", {"unet." + name.replace("encoder1", "enc.0"): tensor for name, tensor in state.items()})
    with open(f"{folder}/names.json", "w") as file:
        json.dump({"unet.enc.0.*": "encoder1.*", "unet.*": "*"}, file)
    run(program, "import", "--state", f"{folder}/theirs.safetensors", "--names", f"{folder}/names.json", "--model", path, "--out", f"{folder}/back.safetensors")
    back = read_safetensors(f"{folder}/back.safetensors")[0]
    told("the way there and back", max(difference(state[name].numpy(), back[name].numpy()) for name in state))


if __name__ == "__main__":
    for program, path in zip(sys.argv[1::2], sys.argv[2::2]):
        with tempfile.TemporaryDirectory() as folder:
            model = compare(program, path, folder)
            if model.metadata["architecture"] == "two-pixel-unet":
                way_back(program, path, folder)
                if model.T == 50 and os.environ.get("EXACT"):
                    truth(model)
    sys.exit(1 if failed else 0)
