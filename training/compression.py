"""What files leave of pictures: rounding to 8 bits, JPEG on tensors of any device, and WebP.

Pictures are float [N, 3, H, W] from 0 to 1.
"""

import functools
import io
import math

import numpy
import torch
import torch.nn.functional as F
from PIL import Image

# ITU-T T.81, tables K.1 and K.2, which all encoders scale.
LUMA_STEPS = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99)
CHROMA_STEPS = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99) + (99,) * 32


def to_bytes(x: torch.Tensor) -> torch.Tensor:
    """Rounded to what a file of 8 bits holds, still from 0 to 1."""
    return torch.floor(x.clamp(0, 1) * 255 + 0.5) / 255


def jpeg(x: torch.Tensor, quality: torch.Tensor, shift: tuple[int, int], halved: bool) -> torch.Tensor:
    """What JPEG leaves of pictures: baseline, with the tables of the standard scaled as libjpeg does.

    x: [N, 3, H, W]; quality: [N], 1 to 100; shift: rows and columns, 0 to 7, by which the grid of blocks lies before
    the picture; halved: whether colour is kept at half the size (4:2:0).
    """
    height, width = x.shape[-2:]
    top, left = shift
    block = 16 if halved else 8
    bottom, right = -(height + top) % block, -(width + left) % block
    padded = F.pad(x, (left, right, top, bottom), mode="replicate") * 255
    to_luma, to_rgb = (matrix.to(x) for matrix in _colour_matrices())
    # Encoders and decoders keep bytes between their stages; the rounding is part of what JPEG does.
    luma, blue, red = torch.einsum("oc,nchw->nohw", to_luma, padded).round().split(1, 1)
    luma = _quantise(luma - 128, LUMA_STEPS, quality) + 128
    chroma = torch.cat([blue, red], 1)
    if halved:
        chroma = F.avg_pool2d(chroma, 2).round()
    chroma = _quantise(chroma, CHROMA_STEPS, quality)
    if halved:
        # The triangle filter of libjpeg.
        chroma = F.interpolate(chroma, scale_factor=2.0, mode="bilinear", align_corners=False)
    rgb = torch.einsum("oc,nchw->nohw", to_rgb, torch.cat([luma, chroma], 1)) / 255
    return to_bytes(rgb[..., top:top + height, left:left + width])


def _quantise(plane: torch.Tensor, steps: tuple[int, ...], quality: torch.Tensor) -> torch.Tensor:
    """Blocks of 8x8 through the cosine transform, rounded to multiples of their steps, and back."""
    count, channels, height, width = plane.shape
    cosine = _cosines().to(plane)
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    base = torch.tensor(steps, device=plane.device, dtype=plane.dtype).view(8, 8)
    scaled = torch.floor((base * percent[:, None, None] + 50) / 100).clamp(1, 255)[:, None, None, None]
    blocks = plane.view(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    coefficients = torch.round(cosine @ blocks @ cosine.t() / scaled) * scaled
    return (cosine.t() @ coefficients @ cosine).transpose(3, 4).reshape(plane.shape).round().clamp(-128, 127)


@functools.lru_cache(maxsize=1)
def _cosines() -> torch.Tensor:
    frequency, place = torch.arange(8.0)[:, None], torch.arange(8.0)
    matrix = torch.cos((2 * place + 1) * frequency * math.pi / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


@functools.lru_cache(maxsize=1)
def _colour_matrices() -> tuple[torch.Tensor, torch.Tensor]:
    """RGB to YCbCr without its offset of 128, as JFIF has it, and back."""
    forward = torch.tensor([
        [0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]])
    return forward, torch.linalg.inv(forward.double()).float()


def webp(x: torch.Tensor, quality: torch.Tensor) -> torch.Tensor:
    """What the encoder that everybody uses leaves at these qualities, [N], one picture after the other on the CPU."""
    results = []
    for picture, level in zip((x * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy(), quality.tolist()):
        file = io.BytesIO()
        # The fastest method: others look longer for fewer bytes of the same look.
        Image.fromarray(picture).save(file, "WEBP", quality=round(level), method=0)
        with Image.open(file) as saved:
            results.append(torch.from_numpy(numpy.array(saved.convert("RGB"))))
    return torch.stack(results).permute(0, 3, 1, 2).to(x) / 255
