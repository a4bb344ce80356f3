"""Makes a test set of pictures as they are found: damaged twice, as those are that were resized, saved and sent on.

    python3 found.py KODAK --out FOUND

FOUND/small gets the pictures to enlarge by 4 and FOUND/reference what they should become. It is done with Pillow and
NumPy by fixed seeds and knows nothing of how training damages, so that no network is measured by what it was taught.
"""

import argparse
import io
from pathlib import Path

import numpy
from PIL import Image, ImageFilter

from failures import Refused, run

SCALE = 4

KERNELS = Image.BOX, Image.BILINEAR, Image.HAMMING, Image.BICUBIC, Image.LANCZOS


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a test set of pictures that were damaged twice.")
    parser.add_argument("references", type=Path, help="a folder of lossless pictures, *.png")
    parser.add_argument("--out", type=Path, required=True, help="folder for \"small\" and \"reference\"")
    parser.add_argument("--versions", type=int, default=1, help="how many times each picture is damaged")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    paths = sorted(arguments.references.glob("*.png")) if arguments.references.is_dir() else []
    if not paths:
        raise Refused(f"{arguments.references} is no folder with *.png.")
    for name in ("small", "reference"):
        (arguments.out / name).mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(paths):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        picture = picture.crop((0, 0, *(side - side % SCALE for side in picture.size)))
        for version in range(arguments.versions):
            name = f"{path.stem}-{version}.png" if arguments.versions > 1 else f"{path.stem}.png"
            chance = numpy.random.default_rng([arguments.seed, number, version])
            damaged(picture, chance).save(arguments.out / "small" / name)
            picture.save(arguments.out / "reference" / name)


def damaged(picture: Image.Image, chance: numpy.random.Generator) -> Image.Image:
    """A quarter as wide and high, after two lives."""
    small = tuple(side // SCALE for side in picture.size)
    if chance.random() < 0.7:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 1.6)))
    if chance.random() < 0.85:
        share = chance.uniform(0.4, 1)
        picture = _resized(picture, tuple(round(side * share) for side in picture.size), chance)
    if chance.random() < 0.5:
        picture = _noisy(picture, chance.uniform(1, 12), chance)
    if chance.random() < 0.8:
        picture = _saved(picture, "JPEG", int(chance.integers(20, 86)), chance)
    picture = _resized(picture, small, chance)
    if chance.random() < 0.1:
        radius, percent = chance.uniform(0.5, 1.2), int(chance.integers(30, 81))
        picture = picture.filter(ImageFilter.UnsharpMask(radius, percent, 0))
    if chance.random() < 0.35:
        picture = _noisy(picture, chance.uniform(1, 6), chance)
    if chance.random() < 0.85:
        kind = "WEBP" if chance.random() < 0.2 else "JPEG"
        picture = _saved(picture, kind, int(chance.integers(35, 93)), chance)
    return picture


def _resized(picture: Image.Image, size: tuple[int, ...], chance: numpy.random.Generator) -> Image.Image:
    return picture.resize(size, KERNELS[chance.integers(len(KERNELS))])


def _noisy(picture: Image.Image, sigma: float, chance: numpy.random.Generator) -> Image.Image:
    samples = numpy.asarray(picture, dtype=numpy.float64)
    channels = 1 if chance.random() < 0.4 else 3
    noise = chance.normal(0, sigma, (*samples.shape[:2], channels))
    return Image.fromarray((samples + noise).round().clip(0, 255).astype(numpy.uint8))


def _saved(picture: Image.Image, kind: str, quality: int, chance: numpy.random.Generator) -> Image.Image:
    file = io.BytesIO()
    halved = {"subsampling": 2 if chance.random() < 0.7 else 0} if kind == "JPEG" else {}
    picture.save(file, kind, quality=quality, **halved)
    with Image.open(file) as saved:
        return saved.convert("RGB")


if __name__ == "__main__":
    run(main)
