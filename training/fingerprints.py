"""Fingerprints of pictures, by which the pictures of the test sets are kept out of training.

A fingerprint says for 16x16 places whether the picture grows brighter to the right there (a "difference hash" of 256
bits). It survives other sizes, formats and compression, so that a copy of a test picture under any name is found; a
part of a test picture is not.
"""

import csv
from pathlib import Path

import numpy
from PIL import Image

from failures import Refused

SIDE = 16

# Copies of a picture differ in a few of the 256 bits (measured: 6 at JPEG quality 50), strangers in 80 and more.
DISTANCE_MAX = 24


def of(picture: Image.Image) -> int:
    """The fingerprint of a picture, 256 bits."""
    small = picture.convert("L").resize((SIDE + 1, SIDE), Image.BOX)
    luma = numpy.asarray(small, dtype=numpy.int16)
    bits = (luma[:, 1:] > luma[:, :-1]).flatten()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def distance(a: int, b: int) -> int:
    return bin(a ^ b).count("1")


def read(path: Path) -> dict[str, int]:
    """The list of test pictures: fingerprints by name."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return {row["picture"]: int(row["fingerprint"], 16) for row in csv.DictReader(file)}
    except (OSError, KeyError, TypeError, ValueError):
        raise Refused(f"{path} is no list of the test pictures that must not be trained on.") from None


def nearest(fingerprint: int, known: dict[str, int]) -> str | None:
    """The name of the test picture that this is a copy of; None where it is none."""
    found = [name for name, other in known.items() if distance(fingerprint, other) <= DISTANCE_MAX]
    return found[0] if found else None
