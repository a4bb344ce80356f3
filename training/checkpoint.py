"""What is kept of a run, so that it can go on elsewhere: written whole or not at all, and checked when it is read."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import torch

from failures import Refused
from networks import EnlargingNetwork, Shape

# Counts up when a checkpoint means something else than before. Of the first version, which had another optimiser, all
# but a run that goes on can still be made.
VERSION = 2
READABLE = (1, VERSION)

# What a checkpoint holds besides tensors, as JSON: the readers of PyTorch that run no code know no fractions.
FACTS = {"recipe", "shape", "data", "unit", "total", "spent", "step", "seed"}

TENSORS = {"network", "average", "optimiser", "chance"}


def save(path: Path, facts: dict[str, Any], tensors: dict[str, Any]) -> None:
    """Writes a checkpoint beside the old one and puts it in its place."""
    partial = path.with_name(path.name + ".part")
    with open(partial, "wb") as file:
        torch.save({"version": VERSION, "facts": json.dumps(facts), **tensors}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def load(path: Path) -> dict[str, Any]:
    """Facts and tensors of a checkpoint, on the CPU; raises Refused where there is none, or it is damaged or of another
    kind. No code in it is run."""
    if not path.is_file():
        raise Refused(f"There is no checkpoint {path}.")
    try:
        with zipfile.ZipFile(path) as parts:
            # PyTorch reads numbers without checking them; the format has a checksum for each part.
            damaged = parts.testzip()
        values = None if damaged else torch.load(path, map_location="cpu", weights_only=True)
        version = values["version"]
        values.update(json.loads(values.pop("facts")))
        complete = FACTS | TENSORS <= set(values)
    except Exception:
        # Whatever a damaged file makes the readers of zip, pickle and JSON raise, it is damaged.
        raise Refused(f"{path} is no checkpoint of train.py, or is damaged.") from None
    if version not in READABLE or not complete:
        raise Refused(f"{path} is a checkpoint of version {version}; this program knows version {VERSION}.")
    return values


def average_network(values: dict[str, Any]) -> EnlargingNetwork:
    """The network of a checkpoint with the moving average of its weights, not yet collapsed."""
    network = EnlargingNetwork(Shape(**values["shape"]))
    network.load_state_dict(values["average"])
    return network.eval()
