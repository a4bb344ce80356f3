"""What the tests share: eight small pictures made here, prepared once, and a recipe that is done in a second."""

import atexit
import contextlib
import csv
import functools
import io
import json
import math
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Callable
from unittest import mock

import numpy
import torch
from PIL import Image

import prepare
import train

FOLDER = Path(tempfile.mkdtemp(prefix="enlarger-training-"))
atexit.register(shutil.rmtree, FOLDER)
PICTURES = 8

RECIPE = {
    "name": "smoke-x2", "purpose": "A test.", "trunk": "ecbsr", "channels": 8, "blocks": 2, "scale": 2,
    "mix": {"photo": 1}, "blur": {"chance": 0.5, "sigma": [0.2, 0.8]}, "noise": {"chance": 0.5, "sigma": [1, 3]},
    "jpeg": {"chance": 0.5, "quality": [60, 96]},
    "cpu": {"patch": 16, "batch": 4, "learning_rate": 0.001}, "cuda": {"patch": 16, "batch": 4, "learning_rate": 0.001}}

ENHANCING = {
    "earlier": {"resize": {"chance": 0.7, "scale": [0.5, 1.2]}, "blur": {"chance": 0.5, "sigma": [0.2, 1]},
                "noise": {"chance": 0.5, "sigma": [1, 9]}, "jpeg": {"chance": 0.5, "quality": [40, 90]}},
    "sharpen": {"sigma": 1, "amount": 0.3},
    "loss": {"pixel": 1, "consistency": 0.5, "frequency": 0.5, "features": 0.5, "adversarial": 0.1},
    "cpu": {"patch": 24, "batch": 4, "learning_rate": 0.001}}


def picture(number: int, side: int = 112) -> Image.Image:
    """Waves of a direction and length of their own, with an edge through them."""
    y, x = numpy.mgrid[:side, :side] / side
    waves = [numpy.sin(2 * math.pi * (2 + number % 5) * (x * math.cos(a) + y * math.sin(a)))
             for a in (number, number + 1, number + 2)]
    samples = numpy.stack(waves, -1) * 60 + 128 + 50 * (x + number * y > number / 2)[..., None]
    return Image.fromarray(samples.clip(0, 255).astype(numpy.uint8))


def write_shards(folder: Path, files: dict[str, bytes], **changes: str) -> None:
    """A shard of these files and its manifest, with changes to every line of it."""
    folder.mkdir()
    with tarfile.open(folder / "train-0.tar", "w") as shard:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            shard.addfile(member, io.BytesIO(data))
    with open(folder / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        columns = ["file", "category", "licence", "repository", "commit", "source_path"]
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for name in files:
            writer.writerow({
                "file": name, "category": "photo", "licence": "CC0", "repository": "somebody/waves",
                "commit": "c0ffee", "source_path": f"waves/{name}", **changes})


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def call(main: Callable[[], None], *arguments: object) -> str:
    """Runs a script in this process, as from the command line; returns what it printed."""
    printed = io.StringIO()
    with mock.patch.object(sys, "argv", ["script", *map(str, arguments)]), contextlib.redirect_stdout(printed):
        main()
    return printed.getvalue()


def write_recipe(**changes: object) -> Path:
    path = FOLDER / f"recipe-{len(list(FOLDER.glob('recipe-*')))}.json"
    path.write_text(json.dumps({**RECIPE, **changes}))
    return path


def train_for(out: str, *arguments: object, path: Path | None = None, data: Path | None = None) -> str:
    """Trains into FOLDER / out, with the recipe above or that of `path`, on the eight pictures or `data`."""
    return call(train.main, "--recipe", path or write_recipe(), "--data", data or prepared(), "--out", FOLDER / out,
                "--device", "cpu", *arguments)


@functools.lru_cache(maxsize=1)
def prepared() -> Path:
    """The folder of the prepared pictures, made when it is first asked for."""
    torch.set_num_threads(1)
    write_shards(FOLDER / "shards", {f"{i}.png": png(picture(i)) for i in range(PICTURES)})
    call(prepare.main, "--shards", FOLDER / "shards", "--out", FOLDER / "data")
    return FOLDER / "data"
