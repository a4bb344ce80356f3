"""Times networks of different trunks and widths in Enlarger, to compare trunks at equal time before training any.

    python3 candidates.py --program ../enlarger srvgg:32x8 ecbsr:32x8 span:28x2 rlfn:28x2

A candidate is TRUNK:CHANNELSxBLOCKS. Weights are random; they do not change the time. The candidates take turns, the
first round is not counted, and the figures are medians, on one thread.
"""

import argparse
import json
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

import torch

from export import write
from failures import Refused, run
from networks import EnlargingNetwork, Shape, collapse, multiplications

CANDIDATE = re.compile(r"(\w+):(\d{1,3})x(\d{1,2})")


def main() -> None:
    parser = argparse.ArgumentParser(description="Times networks of different trunks and widths in Enlarger.")
    parser.add_argument("candidates", nargs="+", help="TRUNK:CHANNELSxBLOCKS")
    parser.add_argument("--program", type=Path, required=True, help="the enlarger to time with")
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--side", type=int, default=256, help="of the picture that is enlarged")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, f"{number}.onnx") for number, name in enumerate(arguments.candidates)}
        sizes = {name: write_random(name, arguments.scale, file) for name, file in files.items()}
        times = measure(arguments.program, files, arguments.side, arguments.rounds)
    for name in arguments.candidates:
        print(f"{name}: {statistics.median(times[name]):.1f} ms, {sizes[name]} multiplications a pixel")


def write_random(name: str, scale: int, file: Path) -> int:
    """Exports a candidate with random weights; returns its multiplications for each pixel of the input."""
    found = CANDIDATE.fullmatch(name)
    if not found:
        raise Refused(f"\"{name}\" is no TRUNK:CHANNELSxBLOCKS.")
    torch.manual_seed(1)
    network = collapse(EnlargingNetwork(Shape(found[1], int(found[2]), int(found[3]), scale))).eval()
    write(network, file, False, {"candidate": name})
    return multiplications(network)


def measure(program: Path, files: dict[str, Path], side: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round but the first."""
    times: dict[str, list[float]] = {name: [] for name in files}
    command = [str(program), "bench", "--interactive"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bench:
        for turn in range(rounds + 1):
            for name, file in files.items():
                request = {"model": str(file), "width": side, "height": side, "threads": 1}
                bench.stdin.write(json.dumps(request) + "\n")
                bench.stdin.flush()
                answer = json.loads(bench.stdout.readline() or "{\"error\": \"The program ended.\"}")
                if "error" in answer:
                    raise Refused(f"{name} cannot be timed: {answer['error']}")
                if turn > 0:
                    times[name].append(answer["milliseconds"])
        bench.stdin.close()
    return times


if __name__ == "__main__":
    run(main)
