"""How much sharper a network is than another one on pictures that nothing better is known of.

    python3 sharpness.py photo_x4.onnx enhance_x4.onnx PICTURES --sheet sheet.png
    python3 sharpness.py photo_x4.onnx enhance_x4.onnx --recipe recipes/enhance-x4.json --damage SET14 KODAK --write

Pictures are taken as they are, or reduced and damaged by a recipe's own pipeline, by chance that the seed decides.
Figures for each: the energy of the gradient of luma, which grows with sharpness; the mean width of its edges in pixels,
which falls with it; and the drift, by how many levels of 255 the result, reduced again, differs from what it was made
of, pixel by pixel and on squares of 8x8, where noise that was taken away counts little. With `--write` the table goes
into docs/enhancing.md, to the place of its scale.
"""

import argparse
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from PIL import Image

import degrade
import recipe as recipes
from compression import to_bytes
from documents import write_section
from evaluate import Network, load_network, pictures, read
from failures import Refused, run
from quality import luma
from resizing import imresize

# The slope of luma, in levels for a pixel, from which on an edge counts as one.
EDGE_MIN = 8.0

# Of pixels of what came in: large enough for noise to cancel out, and small enough to see a shape move.
SQUARE = 8

# A sheet shows the middle of each picture, so many pixels of what came in.
SHEET_SIDE = 64


@dataclass(frozen=True)
class Sharpness:
    """Of one picture: for the first network, and for the other."""

    energies: tuple[float, float]
    widths: tuple[float, float]
    drift: float
    coarse_drift: float

    @property
    def gain(self) -> float:
        """How many times more energy the other has; NaN for a picture without any."""
        return self.energies[1] / self.energies[0] if self.energies[0] > 0 else math.nan


def main() -> None:
    arguments = _arguments()
    networks = [load_network(path) for path in (arguments.faithful, arguments.vivid)]
    if networks[0][1] != networks[1][1]:
        raise Refused("The networks enlarge by different scales.")
    if bool(arguments.recipe) != bool(arguments.damage) or not (arguments.folders or arguments.damage):
        raise Refused("Name folders of pictures; those after --damage are damaged by --recipe.")
    given = recipes.load(arguments.recipe) if arguments.recipe else None
    if given and given.shape.scale != networks[0][1]:
        raise Refused("The recipe is for another scale than the networks.")
    lines = ["| pictures | sharper | gradient energy, times: least, median | edges, pixels: before, after | drift, "
             "levels: median, most | per block |", "|---|---|---|---|---|---|"]
    sheet: list[numpy.ndarray] = []
    for folder, recipe in [(path, None) for path in arguments.folders] + [(path, given) for path in arguments.damage]:
        chance = torch.Generator().manual_seed(arguments.seed)
        rows = []
        for path in pictures(folder):
            small = read(path)
            if recipe is not None:
                height, width = (side - side % recipe.shape.scale for side in small.shape[-2:])
                small = degrade.damage(small[..., :height, :width], recipe.shape.scale, recipe, chance)
            results = [enlarge(network, small) for network, _ in networks]
            rows.append(measure(small, *results))
            print(f"{path.name}: gradient energy times {rows[-1].gain:.2f}, edges {rows[-1].widths[0]:.2f} to "
                  f"{rows[-1].widths[1]:.2f} pixels, drift {rows[-1].drift:.2f}", flush=True)
            sheet.append(_row(small, results))
        lines.append(_summary(folder.name + (", damaged" if recipe else ""), rows))
        print(lines[-1], flush=True)
    if arguments.sheet:
        Image.fromarray(numpy.concatenate(sheet)).save(arguments.sheet)
    if arguments.write:
        write_section("enhancing.md", f"sharpness.py {networks[0][1]}x", lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the sharpness of two networks.")
    parser.add_argument("faithful", type=Path, help="an ONNX file or a checkpoint")
    parser.add_argument("vivid", type=Path, help="the one that should be sharper")
    parser.add_argument("folders", type=Path, nargs="*", help="folders of *.png, taken as they are")
    parser.add_argument("--damage", type=Path, nargs="+", default=[], help="folders of *.png to reduce and damage")
    parser.add_argument("--recipe", type=Path, help="the recipe whose damage that is")
    parser.add_argument("--seed", type=int, default=1, help="of that damage")
    parser.add_argument("--sheet", type=Path, help="a PNG of each picture: bicubic, and what the networks make of it")
    parser.add_argument("--write", action="store_true", help="put the table into docs/enhancing.md")
    return parser.parse_args()


@torch.no_grad()
def enlarge(network: Network, small: torch.Tensor) -> torch.Tensor:
    return to_bytes(network(small))


def measure(small: torch.Tensor, faithful: torch.Tensor, vivid: torch.Tensor) -> Sharpness:
    """Pictures are [1, 3, H, W] from 0 to 1."""
    first, second = (luma(x, 0)[0, 0].numpy() for x in (faithful, vivid))
    difference = 255 * (imresize(vivid.double(), *small.shape[-2:]) - small.double())
    return Sharpness(
        (gradient_energy(first), gradient_energy(second)), edge_widths(first, second),
        difference.abs().mean().item(), F.avg_pool2d(difference, SQUARE).abs().mean().item())


def gradient_energy(plane: numpy.ndarray) -> float:
    """The mean square of the differences between neighbours, across and down."""
    return float((numpy.diff(plane, axis=0) ** 2).mean() + (numpy.diff(plane, axis=1) ** 2).mean())


def edge_widths(plane: numpy.ndarray, other: numpy.ndarray) -> tuple[float, float]:
    """How many pixels an edge takes from one side to the other, on average: from where brightness begins to rise or
    fall to where it ends, through each steepest point (Marziliano, Dufaux, Winkler and Ebrahimi, "A no-reference
    perceptual blur metric", 2002). The edges are those of `plane` that `other` has too, so that neither what only one
    of them has counts, nor ringing. NaN where there are none."""
    found = []
    for a, b in ((plane, other), (plane.T, other.T)):
        for sign in (1, -1):
            rising, again = sign * numpy.diff(a, axis=1), sign * numpy.diff(b, axis=1)
            steepest = (rising >= EDGE_MIN) & (again > 0)
            steepest[:, 1:] &= rising[:, 1:] >= rising[:, :-1]
            steepest[:, :-1] &= rising[:, :-1] > rising[:, 1:]
            found.append(numpy.stack([_lengths(rising)[steepest], _lengths(again)[steepest]]))
    widths = numpy.concatenate(found, 1)
    return tuple(widths.mean(1)) if widths.size else (math.nan, math.nan)


def _lengths(rising: numpy.ndarray) -> numpy.ndarray:
    """How many steps that go up each is one of."""
    return _runs(rising) + _runs(rising[:, ::-1])[:, ::-1] - 1


def _runs(rising: numpy.ndarray) -> numpy.ndarray:
    """How many steps in a row, up to each, go up."""
    runs = numpy.zeros(rising.shape, numpy.int32)
    for x in range(rising.shape[1]):
        runs[:, x] = numpy.where(rising[:, x] > 0, (runs[:, x - 1] if x > 0 else 0) + 1, 0)
    return runs


def _summary(name: str, rows: list[Sharpness]) -> str:
    # What has no edges is neither sharp nor not.
    rows = [row for row in rows if not math.isnan(row.widths[0])]
    sharper = sum(row.gain > 1 and row.widths[1] < row.widths[0] for row in rows)
    if not rows:
        raise Refused(f"No picture of {name} has edges.")
    gains, drifts = [row.gain for row in rows], [row.drift for row in rows]
    coarse = [row.coarse_drift for row in rows]
    widths = [statistics.fmean(row.widths[i] for row in rows) for i in range(2)]
    return (f"| {name} | {sharper} of {len(rows)} | {min(gains):.2f}, {statistics.median(gains):.2f} "
            f"| {widths[0]:.2f}, {widths[1]:.2f} | {statistics.median(drifts):.2f}, {max(drifts):.2f} "
            f"| {statistics.median(coarse):.2f}, {max(coarse):.2f} |")


def _row(small: torch.Tensor, results: list[torch.Tensor]) -> numpy.ndarray:
    """Bicubic and the results side by side: the middle of each, [height, 3 width, 3]."""
    scale = results[0].shape[-1] // small.shape[-1]
    bicubic = to_bytes(imresize(small, *results[0].shape[-2:]))
    side = SHEET_SIDE * scale
    return numpy.concatenate([_middle(x, side) for x in (bicubic, *results)], 1)


def _middle(x: torch.Tensor, side: int) -> numpy.ndarray:
    samples = (x[0] * 255).round().byte().permute(1, 2, 0).numpy()
    top, left = (max(0, (length - side) // 2) for length in samples.shape[:2])
    part = samples[top:top + side, left:left + side]
    return numpy.pad(part, ((0, side - part.shape[0]), (0, side - part.shape[1]), (0, 0)))


if __name__ == "__main__":
    run(main)
