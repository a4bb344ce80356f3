"""The prepared pictures: one file of raw samples that can be mapped into memory, and a manifest of where they are from.

A prepared folder holds `pictures.bin`, the pictures one after the other as rows of RGB bytes, and `manifest.csv`, a
line for each with its place in that file, its licence, author and source.
"""

import csv
import hashlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy
import torch

from failures import Refused

SAMPLES_FILE = "pictures.bin"
MANIFEST_FILE = "manifest.csv"


@dataclass(frozen=True)
class Picture:
    """A line of the manifest. `offset` counts bytes; `held_out` pictures are for validation only."""

    file: str
    category: str
    width: int
    height: int
    offset: int
    held_out: bool
    licence: str
    author: str
    source: str
    sha256: str


@dataclass(frozen=True)
class Archive:
    """Prepared pictures. `samples` is uint8 [bytes]; `digest` tells one archive from another."""

    pictures: list[Picture]
    samples: torch.Tensor
    digest: str

    def part(self, held_out: bool) -> list[Picture]:
        return [picture for picture in self.pictures if picture.held_out == held_out]

    def pixels(self, picture: Picture) -> torch.Tensor:
        """A whole picture: uint8 [height, width, 3]."""
        end = picture.offset + picture.width * picture.height * 3
        return self.samples[picture.offset:end].view(picture.height, picture.width, 3)


def write_manifest(folder: Path, pictures: list[Picture]) -> None:
    with open(folder / MANIFEST_FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Picture)])
        for picture in pictures:
            values = [getattr(picture, field.name) for field in fields(Picture)]
            writer.writerow([int(value) if isinstance(value, bool) else value for value in values])


def load(folder: Path) -> Archive:
    """Maps a prepared folder into memory.

    Raises Refused where the folder was not prepared, or its two files do not fit together.
    """
    manifest, samples = folder / MANIFEST_FILE, folder / SAMPLES_FILE
    if not manifest.is_file() or not samples.is_file():
        raise Refused(f"{folder} holds no prepared pictures; prepare.py makes such a folder.")
    text = manifest.read_bytes()
    pictures = _parse(text.decode("utf-8", "replace"), manifest)
    end = max(picture.offset + picture.width * picture.height * 3 for picture in pictures)
    if samples.stat().st_size != end:
        raise Refused(f"{samples} has {samples.stat().st_size} bytes, but its manifest describes {end}.")
    # Copy on write, because PyTorch warns of memory that it must not write to; nothing writes.
    mapped = torch.from_numpy(numpy.memmap(samples, dtype=numpy.uint8, mode="c"))
    return Archive(pictures, mapped, hashlib.sha256(text).hexdigest())


def _parse(text: str, path: Path) -> list[Picture]:
    rows = list(csv.DictReader(text.splitlines()))
    if not rows:
        raise Refused(f"{path} lists no pictures.")
    pictures = []
    for number, row in enumerate(rows, start=2):
        try:
            values = {field.name: row[field.name] for field in fields(Picture)}
            values.update({name: int(values[name]) for name in ("width", "height", "offset")})
            values["held_out"] = values["held_out"] == "1"
        except (KeyError, TypeError, ValueError):
            raise Refused(f"Line {number} of {path} is damaged or was not written by prepare.py.") from None
        pictures.append(Picture(**values))
    if not any(picture.held_out for picture in pictures) or all(picture.held_out for picture in pictures):
        raise Refused(f"{path} must list both pictures to train on and pictures that are held out.")
    return pictures
