"""Trains one network by its recipe, for a given time.

    python3 train.py --recipe recipes/photo-fast-x4.json --data DATA --out RUN --minutes 60

The learning rate falls along half a cosine of the time that has passed, so that the result is the best that can be had
in the time given. A run that was interrupted, or that `--pause` ended, goes on with `--resume`.
"""

import argparse
import random
import signal
from pathlib import Path

import torch

import archive
import recipe as recipes
from failures import Refused, run
from training_run import CHECKPOINT_FILE, Budget, TrainingRun


def main() -> None:
    arguments = _arguments()
    device = torch.device(arguments.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if device.type == "cuda" and not torch.cuda.is_available():
        raise Refused("PyTorch finds no CUDA device here.")
    budget = _budget(arguments)
    recipe = recipes.load(arguments.recipe)
    data = archive.load(arguments.data)
    checkpoint = arguments.out / CHECKPOINT_FILE
    if checkpoint.exists() and not arguments.resume:
        raise Refused(f"{checkpoint} is there already; --resume continues it, another --out starts anew.")
    # A run is told by its seed; without one, any will do, and the checkpoint says which it was.
    seed = random.SystemRandom().randrange(1 << 31) if arguments.seed is None else arguments.seed
    training = TrainingRun(recipe, data, budget, device, seed)
    if arguments.resume:
        training.resume(checkpoint)
    elif arguments.start:
        training.start_from(arguments.start)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: training.stop())
    training.train(checkpoint, arguments.pause)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains a network by its recipe, for a given time.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py has written")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="length of the whole run, all its parts together")
    length.add_argument("--steps", type=float, help="the same in steps, for trials that can be repeated exactly")
    parser.add_argument("--pause", type=float, help="end this part after so many minutes (or steps); --resume goes on")
    parser.add_argument("--resume", action="store_true", help="continue the checkpoint in --out")
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint or ONNX file that fit")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--device", choices=["cpu", "cuda"], help="CUDA where there is one, without it")
    return parser.parse_args()


def _budget(arguments: argparse.Namespace) -> Budget:
    unit = "minutes" if arguments.minutes is not None else "steps"
    total = getattr(arguments, unit)
    for name, value in ((unit, total), ("pause", arguments.pause)):
        if value is not None and not 0 < value < float("inf"):
            raise Refused(f"--{name} must be more than 0.")
    return Budget(unit, total)


if __name__ == "__main__":
    run(main)
