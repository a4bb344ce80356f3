"""Teaches the program to see whether a picture should be restored, also one that was resized and saved again.

    python3 choosing.py --data DATA --recipes recipes/real-x4.json recipes/restore-x1.json \\
        --photo ../models/photo_x4.onnx --restore ../models/restore_x1.onnx \\
        --out ../src/Enlarger/Choosing/RestoringGain.txt

Patches are damaged as the recipes say, enlarged with and without being restored first, and compared with what they
were. With a recipe that keeps the size nothing is enlarged, and every second batch is left as it is: photographs that
were never reduced are soft without being damaged.

A network of one hidden layer learns to tell the gain in decibels from how samples differ from their neighbours. The
program computes the same figures (`NeighbourDifferences.cs`) and reads the weights that are written here: a line for
each hidden unit, its bias and a weight for each figure; then the bias and the weights of the result.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import archive
import degrade
import recipe as recipes
from compression import to_bytes
from failures import Refused, run
from onnx_graph import OnnxNetwork
from patches import PatchSource
from quality import luma

PATCH = 64
BATCH = 16
HIDDEN = 12

# Differences are counted in eighths of a level; larger ones than 255 levels are counted as that.
BINS_PER_LEVEL = 8
BINS = 255 * BINS_PER_LEVEL + 1

# Levels: keeps what is no difference at all from being infinitely less than a small one.
SOFT = 0.25

LUMA_QUANTILES = 0.1, 0.25, 0.5, 0.75, 0.9, 0.98
COLOUR_QUANTILES = 0.25, 0.5, 0.75, 0.9

# Larger gains and losses count as so many decibels, and errors are compared as if rounding had added its own.
GAIN_MAX = 2
ERROR_MIN = 0.3

STEPS = 3000
HELD_OUT = 5


def main() -> None:
    arguments = _arguments()
    data, given = archive.load(arguments.data), [recipes.load(path) for path in arguments.recipes]
    if arguments.patches < BATCH * HELD_OUT:
        raise Refused(f"--patches must be at least {BATCH * HELD_OUT}.")
    torch.manual_seed(arguments.seed)
    networks = OnnxNetwork(arguments.photo), OnnxNetwork(arguments.restore)
    labels = [label(recipe, data, *networks, arguments.patches, arguments.seed) for recipe in given]
    network = fit(*(torch.cat(parts) for parts in zip(*labels)))
    arguments.out.write_text(to_text(network), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Teaches the program to see whether a picture should be restored.")
    for name, text in (
            ("--data", "folder that prepare.py has written"), ("--photo", "the network that enlarges"),
            ("--restore", "the network that restores before it"),
            ("--out", "file for the weights")):
        parser.add_argument(name, type=Path, required=True, help=text)
    parser.add_argument("--recipes", type=Path, nargs="+", required=True, help="what damages the pictures")
    parser.add_argument("--patches", type=int, default=4800, help="how many of each recipe")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@torch.no_grad()
def label(
        recipe: recipes.Recipe, data: archive.Archive, photo: OnnxNetwork, restore: OnnxNetwork, count: int,
        seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Figures of damaged patches, [count, figures], and by how many decibels restoring them first is better, [count].
    """
    scale, margin = recipe.shape.scale, degrade.margin(recipe)
    if scale not in (1, photo.scale):
        raise Refused(f"\"{recipe.name}\" is of another scale than {photo.scale}.")
    side = (PATCH + 2 * margin) * scale
    source = PatchSource(data, recipe.mix, side, torch.device("cpu"))
    chance = torch.Generator().manual_seed(seed)
    rows, gains = [], []
    for start in range(0, count, BATCH):
        target = source.cut(BATCH, side, chance)
        is_left = scale == 1 and start // BATCH % 2 == 0
        small = target if is_left else degrade.damage(target, scale, recipe, chance)
        small = small[..., margin:-margin, margin:-margin]
        target = luma(target[..., margin * scale:-margin * scale, margin * scale:-margin * scale], scale)
        results = (x if scale == 1 else photo(x) for x in (small, restore(small)))
        plain, restored = (((luma(to_bytes(x), scale) - target) ** 2).mean((1, 2, 3)) for x in results)
        rows.append(torch.stack([figures(255 * patch) for patch in small]))
        gains.append((10 * torch.log10((plain + ERROR_MIN) / (restored + ERROR_MIN))).float())
    return torch.cat(rows), torch.cat(gains)


def figures(picture: torch.Tensor) -> torch.Tensor:
    """How samples of a picture, [3, H, W] in levels, differ from their neighbours: logarithms of quantiles of several
    differences, and how much blocks of 8 pixels show."""
    red, green, blue = picture
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    mask = _second(_second(grey, 0), 1)
    kinds = [
        (LUMA_QUANTILES, [mask]),
        *((LUMA_QUANTILES, [_difference(grey, axis, step) for axis in (0, 1)]) for step in (1, 2, 4)),
        (LUMA_QUANTILES, [_second(grey, axis) for axis in (0, 1)]),
        (COLOUR_QUANTILES, [_second(colour - grey, axis) for colour in (red, blue) for axis in (0, 1)])]
    values = [_quantiles(torch.cat([part.flatten() for part in parts]), quantiles) for quantiles, parts in kinds]
    return torch.cat([*values, _blocks(grey)])


def _difference(x: torch.Tensor, axis: int, step: int) -> torch.Tensor:
    return x.narrow(axis, step, x.shape[axis] - step) - x.narrow(axis, 0, x.shape[axis] - step)


def _second(x: torch.Tensor, axis: int) -> torch.Tensor:
    return _difference(_difference(x, axis, 1), axis, 1)


def _quantiles(differences: torch.Tensor, quantiles: tuple[float, ...]) -> torch.Tensor:
    # Rounded, as whole levels are frequent and would otherwise fall on either side of a border.
    bins = (differences.abs() * BINS_PER_LEVEL + 0.5).long().clamp(max=BINS - 1)
    counts = torch.bincount(bins, minlength=BINS).cumsum(0)
    wanted = torch.tensor(quantiles, dtype=torch.float64) * counts[-1]
    return torch.log(torch.searchsorted(counts.double(), wanted) / BINS_PER_LEVEL + SOFT).float()


def _blocks(grey: torch.Tensor) -> torch.Tensor:
    """By how much the most frequent of the eight origins has more steps than the next one, in the weaker direction and
    in the stronger; and how many steps there are, on average over both."""
    shares, means = [], []
    for x in (grey, grey.t()):
        before, step, after = (x[:, i + 1:x.shape[1] - 2 + i] - x[:, i:x.shape[1] - 3 + i] for i in range(3))
        before, step, after = before.abs(), step.abs(), after.abs()
        counted = (step <= 24) & (before + step + after > 0.5)
        steps = counted & (step > torch.maximum(before, after))
        places = torch.arange(step.shape[1]) % 8
        parts = torch.stack([
            steps[:, places == i].sum() / (counted[:, places == i].sum() + 8.0) for i in range(8)]).sort()[0]
        shares.append(parts[7] - parts[6])
        means.append(parts.mean())
    return torch.stack([min(shares), max(shares), (means[0] + means[1]) / 2])


def fit(rows: torch.Tensor, gains: torch.Tensor) -> nn.Sequential:
    """Learns on four patches of five, and says how well it does on the fifth."""
    mean, deviation = rows.mean(0), rows.std(0) + 1e-3
    normal, wanted = (rows - mean) / deviation, gains.clamp(-GAIN_MAX, GAIN_MAX)
    held_out = torch.arange(len(rows)) % HELD_OUT == 0
    given, aim = normal[~held_out], wanted[~held_out]
    network = nn.Sequential(nn.Linear(rows.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.1)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = 0.005 * (1 - step / STEPS)
        chosen = torch.randint(len(given), (128,))
        blurred = given[chosen] + 0.05 * torch.randn(128, rows.shape[1])
        loss = F.smooth_l1_loss(network(blurred)[:, 0], aim[chosen], beta=0.2)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        told, true = network(normal[held_out])[:, 0], gains[held_out]
        print(f"{len(rows)} patches; of those held out {((told > 0) == (true > 0)).float().mean():.3f} are right; gain "
              f"{true[told > 0].sum() / len(true):.3f} dB, {true.mean():.3f} where all are restored, "
              f"{true.clamp(min=0).mean():.3f} at best", flush=True)
        # What is given is not normalised where it is used.
        first = network[0]
        first.bias.sub_(first.weight @ (mean / deviation))
        first.weight.div_(deviation)
    return network


def to_text(network: nn.Sequential) -> str:
    lines = [
        " ".join(f"{value:.6g}" for value in [bias, *weights])
        for layer in (network[0], network[2])
        for bias, weights in zip(layer.bias.tolist(), layer.weight.tolist())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(main)
