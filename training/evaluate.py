"""Measures a network on a folder of reference pictures, as the papers do: PSNR and SSIM on luma.

    python3 evaluate.py photo-fast_x4.onnx SET5
    python3 evaluate.py restore_x1.onnx KODAK --jpeg 10
    python3 evaluate.py drawing_x4.onnx DATA --held-out

Each reference is cropped to a multiple of the scale, reduced with MATLAB's bicubic kernel, rounded to 8 bit, enlarged,
rounded, and compared without a border as wide as the scale. With `--jpeg` the small picture is also compressed, by the
encoder that everybody uses and not by the one that training has. With `--held-out` the folder is one of prepare.py, and
the references are those of its pictures that no network was trained on, by category. The figures are those of
`enlarger compare`.
"""

import argparse
import io
import json
from pathlib import Path
from typing import Callable, Iterator

import numpy
import torch
from PIL import Image

import archive
import checkpoint as checkpoints
from compression import to_bytes
from failures import Refused, run
from networks import collapse
from onnx_graph import OnnxNetwork
from quality import SSIM_WINDOW, psnr, ssim
from resizing import imresize

Network = Callable[[torch.Tensor], torch.Tensor]


def main() -> None:
    arguments = _arguments()
    network, scale = load_network(arguments.network)
    if scale == 1 and arguments.jpeg is None:
        raise Refused("A network of scale 1 has nothing to do on a perfect picture; --jpeg says how to damage it.")
    if arguments.jpeg is not None and not 1 <= arguments.jpeg <= 100:
        raise Refused("--jpeg must be from 1 to 100.")
    kinds: dict[str, list[dict[str, float]]] = {}
    for kind, name, picture in _held_out(arguments.references) if arguments.held_out else _files(arguments.references):
        row = measure(picture, network, scale, arguments.jpeg)
        kinds.setdefault(kind, []).append(row)
        if not arguments.json:
            print(_line(f"{kind} {name}".lstrip(), row), flush=True)
    means = {kind: {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]} for kind, rows in kinds.items()}
    if arguments.json:
        print(json.dumps(means if arguments.held_out else means[""]))
    else:
        for kind, rows in kinds.items():
            print(_line(f"mean of {len(rows)} {kind}".rstrip(), means[kind]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures a network on a folder of reference pictures.")
    parser.add_argument("network", type=Path, help="an ONNX file or a checkpoint")
    parser.add_argument("references", type=Path, help="a folder of lossless pictures, *.png")
    parser.add_argument("--held-out", action="store_true", help="the folder is one of prepare.py")
    parser.add_argument("--jpeg", type=int, help="compress the small picture with this quality")
    parser.add_argument("--json", action="store_true", help="print the means as a line of JSON")
    return parser.parse_args()


def load_network(path: Path) -> tuple[Network, int]:
    """A network and its scale, from either kind of file."""
    if path.suffix == ".onnx":
        network = OnnxNetwork(path)
        return network, network.scale
    network = collapse(checkpoints.average_network(checkpoints.load(path)))
    return network, network.scale


def _files(folder: Path) -> Iterator[tuple[str, str, torch.Tensor]]:
    """Pictures of no kind, with their names."""
    return (("", path.name, read(path)) for path in pictures(folder))


def _held_out(folder: Path) -> Iterator[tuple[str, str, torch.Tensor]]:
    """What was held out of prepared pictures, with category and name."""
    data = archive.load(folder)
    for picture in data.part(held_out=True):
        yield picture.category, picture.file, data.pixels(picture).permute(2, 0, 1)[None].float() / 255


def pictures(folder: Path) -> list[Path]:
    """The picture files of a folder, by name; at least one."""
    paths = sorted(folder.glob("*.png")) if folder.is_dir() else []
    if not paths:
        raise Refused(f"{folder} is no folder with *.png.")
    return paths


def read(path: Path) -> torch.Tensor:
    """A picture file as float [1, 3, H, W] from 0 to 1; grey becomes three equal channels."""
    try:
        with Image.open(path) as picture:
            samples = numpy.array(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(f"{path} is no picture, or is damaged.") from None
    return torch.from_numpy(samples).permute(2, 0, 1)[None].float() / 255


@torch.no_grad()
def measure(reference: torch.Tensor, network: Network, scale: int, quality: int | None) -> dict[str, float]:
    """Figures of the network, and of bicubic enlarging beside it (at scale 1: of the damaged picture)."""
    height, width = (side - side % scale for side in reference.shape[-2:])
    if min(height, width) < SSIM_WINDOW + 2 * scale:
        raise Refused(f"A reference of {width}x{height} is too small to be measured.")
    reference = reference[..., :height, :width]
    small = to_bytes(imresize(reference.double(), height // scale, width // scale)).float()
    if quality is not None:
        small = _compressed(small, quality)
    bicubic = to_bytes(imresize(small.double(), height, width))
    result = to_bytes(network(small))
    return {
        "psnr_y": psnr(reference, result, scale), "ssim_y": ssim(reference, result, scale),
        "bicubic_psnr_y": psnr(reference, bicubic, scale), "bicubic_ssim_y": ssim(reference, bicubic, scale)}


def _compressed(x: torch.Tensor, quality: int) -> torch.Tensor:
    samples = (x[0] * 255).round().byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(samples).save(file, "JPEG", quality=quality)
    with Image.open(file) as picture:
        return torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)[None].float() / 255


def _line(name: str, row: dict[str, float]) -> str:
    return (f"{name}: {row['psnr_y']:.2f} dB / {row['ssim_y']:.4f}, "
            f"bicubic {row['bicubic_psnr_y']:.2f} dB / {row['bicubic_ssim_y']:.4f}")


if __name__ == "__main__":
    run(main)
