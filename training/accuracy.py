"""How far the engine is from its networks computed in double precision, through the program itself.

    python3 accuracy.py KODAK
    python3 accuracy.py KODAK --side 96 --write
    python3 accuracy.py KODAK --models ../models/photo_x4.onnx --pictures 2

Each picture is enlarged by `enlarger upscale`, once with 16 bits, which shows differences down to 0.000008 of full
scale, and once with 8; the reference is the same file of models/ in float64, operator by operator, on the picture
mirrored beyond its border as Enlarger mirrors it. With `--write` the table goes into docs/performance.md.
"""

import argparse
import struct
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from PIL import Image

from documents import ROOT, write_section
from evaluate import pictures
from failures import Refused, run
from onnx_graph import OnnxNetwork

# Pixels by which Enlarger mirrors a picture beyond each side; further out convolutions repeat the outermost ones.
MIRRORED = 4

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass
class Accuracy:
    """What was found in some pictures; differences are parts of full scale, and those of 8 bits are levels."""

    worst: float = 0.0
    squares: float = 0.0
    samples: int = 0
    unlike: int = 0
    levels: int = 0

    def add(self, reference: numpy.ndarray, deep: numpy.ndarray, shallow: numpy.ndarray) -> None:
        difference = numpy.abs(reference - deep / 65535)
        steps = numpy.abs(numpy.floor(reference * 255 + 0.5).astype(numpy.int32) - shallow)
        self.worst = max(self.worst, float(difference.max()))
        self.squares += float((difference ** 2).sum())
        self.samples += difference.size
        self.unlike += int((steps > 0).sum())
        self.levels = max(self.levels, int(steps.max()))

    def row(self, name: str) -> str:
        mean = (self.squares / self.samples) ** 0.5
        equal = 100 * (1 - self.unlike / self.samples)
        return (f"| {name} | {self.samples / 1e6:.0f} million | {self.worst:.6f} | 1/{1 / max(self.worst, 1e-9):.0f} "
                f"| {mean:.7f} | {equal:.4f} % | {self.levels} |")


def main() -> None:
    arguments = _arguments()
    if any(number is not None and number < 1 for number in (arguments.pictures, arguments.side)):
        raise Refused("--pictures and --side must be at least 1.")
    paths = pictures(arguments.references)[:arguments.pictures]
    models = [Path(model) for model in arguments.models] or sorted((ROOT / "models").glob("*.onnx"))
    lines = ["| network | samples | worst difference | | root mean square | equal in 8 bits | levels at worst |",
             "|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    for model in models:
        lines.append(measure(model, paths, arguments.side).row(model.name))
        print(lines[-1], flush=True)
    if arguments.write:
        part = f"the middle {arguments.side}x{arguments.side} pixels of " if arguments.side else ""
        title = f"On {part}{len(paths)} picture{'s' if len(paths) > 1 else ''}:"
        write_section("performance.md", "accuracy.py", [title, "", *lines])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the engine with its networks in double precision.")
    parser.add_argument("references", type=Path, help="a folder of pictures, 8-bit RGB as *.png")
    parser.add_argument("--models", nargs="*", default=[], help="ONNX files; all of models/ without it")
    parser.add_argument("--pictures", type=int, help="only so many of them")
    parser.add_argument("--side", type=int, help="only so many pixels of each, along both sides, from its middle")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    return parser.parse_args()


@torch.no_grad()
def measure(model: Path, paths: list[Path], side: int | None) -> Accuracy:
    network = OnnxNetwork(model, repeats_edges=True).double()
    accuracy = Accuracy()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            picture = middle(numpy.asarray(Image.open(path).convert("RGB")), side)
            samples = torch.from_numpy(picture / 255).permute(2, 0, 1)[None]
            reference = enlarge_mirrored(network, samples)[0].clamp(0, 1).permute(1, 2, 0).numpy()
            plain, deep, result = (Path(folder, name) for name in ("plain.png", "deep.png", "result.png"))
            Image.fromarray(picture).save(plain)
            write_png16(deep, picture.astype(numpy.uint16) * 257)
            enlarge(plain, model, network.scale, result)
            shallow = numpy.asarray(Image.open(result), numpy.int32)
            enlarge(deep, model, network.scale, result)
            accuracy.add(reference, read_png16(result), shallow)
    return accuracy


def enlarge_mirrored(network: OnnxNetwork, picture: torch.Tensor) -> torch.Tensor:
    """The result for [1, 3, H, W], at least MIRRORED pixels high and wide, as docs/decisions/0010 has it."""
    for axis in (2, 3):
        first = picture.narrow(axis, 0, MIRRORED).flip(axis)
        last = picture.narrow(axis, picture.shape[axis] - MIRRORED, MIRRORED).flip(axis)
        picture = torch.cat([first, picture, last], axis)
    cut = MIRRORED * network.scale
    return network(picture)[..., cut:-cut, cut:-cut]


def middle(picture: numpy.ndarray, side: int | None) -> numpy.ndarray:
    """[H, W, 3], of which at most `side` rows and columns are left."""
    height, width = (min(length, side or length) for length in picture.shape[:2])
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return numpy.ascontiguousarray(picture[top:top + height, left:left + width])


def enlarge(picture: Path, model: Path, scale: int, result: Path) -> None:
    command = [ROOT / "enlarger", "upscale", picture, "-m", model.resolve(), "-s", str(scale), "-o", result, "--force"]
    done = subprocess.run([*command, "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(f"enlarger could not enlarge {picture}: {done.stderr.strip()}")


def write_png16(path: Path, picture: numpy.ndarray) -> None:
    """RGB with 16 bits, which Pillow does not write: [H, W, 3]."""
    height, width, _ = picture.shape
    rows = numpy.zeros((height, 1 + width * 6), numpy.uint8)
    rows[:, 1:] = picture.astype(">u2").view(numpy.uint8).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b"")]
    path.write_bytes(PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks))


def read_png16(path: Path) -> numpy.ndarray:
    """RGB with 16 bits, which Pillow reads with 8: [H, W, 3]. Knows the filters "none" and "up", which ours has."""
    data, place, packed = path.read_bytes(), len(PNG_SIGNATURE), b""
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        if kind == b"IDAT":
            packed += data[place + 8:place + 8 + length]
        place += length + 12
    rows = numpy.frombuffer(zlib.decompress(packed), numpy.uint8).reshape(height, -1)
    if (depth, colour) != (16, 2) or not set(rows[:, 0]) <= {0, 2} or rows.shape[1] != 1 + width * 6:
        raise Refused(f"{path} is not what the program is expected to write.")
    samples = numpy.empty((height, width * 6), numpy.uint8)
    above = numpy.zeros(width * 6, numpy.uint8)
    for y in range(height):
        above = rows[y, 1:] + above if rows[y, 0] == 2 else rows[y, 1:]
        samples[y] = above
    return samples.view(">u2").reshape(height, width, 3).astype(numpy.float64)


if __name__ == "__main__":
    run(main)
