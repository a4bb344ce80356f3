"""How pictures become small and worse: on tensors, on any device, so that training never waits for files.

Pictures are float [N, 3, H, W] from 0 to 1. Chance comes from a generator of the CPU that the caller keeps, so that a
run can be repeated and resumed.
"""

import functools
import math
from typing import Callable

import torch
import torch.nn.functional as F

from recipe import Damages, Earlier, Recipe, Sharpen, Span

# Changes pictures by an amount for each.
Change = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

Kernel = Callable[[torch.Tensor], torch.Tensor]

# Pixels of the small picture that the cubic kernel looks at beyond an edge; with an earlier life, those that nearly all
# of its blurs and kernels do. A patch is cut with so many more.
MARGIN = 2
MARGIN_EARLIER = 4

# In how many parts a batch has an earlier life. What was resized alike is computed together.
HISTORIES = 4

# ITU-T T.81, tables K.1 and K.2, which all encoders scale.
LUMA_STEPS = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99)
CHROMA_STEPS = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99) + (99,) * 32


def margin(recipe: Recipe) -> int:
    """How many pixels of the small picture to leave out at each edge, where a patch was mirrored."""
    return MARGIN if recipe.earlier is None else MARGIN_EARLIER


def cubic(x: torch.Tensor) -> torch.Tensor:
    """Keys' kernel with a = -0.5, the one that MATLAB has."""
    x = x.abs()
    near = 1.5 * x ** 3 - 2.5 * x ** 2 + 1
    far = -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, torch.zeros_like(x)))


def linear(x: torch.Tensor) -> torch.Tensor:
    return (1 - x.abs()).clamp(min=0)


def box(x: torch.Tensor) -> torch.Tensor:
    """Averages where it is stretched, and takes the nearest where it is not."""
    return ((x > -0.5) & (x <= 0.5)).to(x)


@functools.lru_cache(maxsize=64)
def resize_matrix(length: int, result: int, kernel: Kernel = cubic) -> torch.Tensor:
    """What MATLAB's `imresize` does to a row or column: float64 [result, length].

    The kernel is stretched when reducing (antialiasing), its weights add up to 1, and edges are mirrored with the pixel
    at the edge repeated.
    """
    scale = result / length
    stretch = min(scale, 1.0)
    width = 4 / stretch
    centres = (torch.arange(result, dtype=torch.float64) + 0.5) / scale - 0.5
    first = torch.floor(centres - width / 2)
    taps = first[:, None] + torch.arange(math.ceil(width) + 2, dtype=torch.float64)
    weights = kernel((centres[:, None] - taps) * stretch)
    weights = weights / weights.sum(1, keepdim=True)
    places = taps.long() % (2 * length)
    places = torch.where(places < length, places, 2 * length - 1 - places)
    return torch.zeros(result, length, dtype=torch.float64).scatter_add_(1, places, weights)


def imresize(x: torch.Tensor, height: int, width: int, kernel: Kernel = cubic) -> torch.Tensor:
    """As MATLAB's `imresize`, without rounding."""
    down = resize_matrix(x.shape[-2], height, kernel).to(x)
    across = resize_matrix(x.shape[-1], width, kernel).to(x)
    return down @ x @ across.t()


def to_bytes(x: torch.Tensor) -> torch.Tensor:
    """Rounded to what a file of 8 bits holds, still from 0 to 1."""
    return torch.floor(x.clamp(0, 1) * 255 + 0.5) / 255


def damage(target: torch.Tensor, scale: int, recipe: Recipe, chance: torch.Generator) -> torch.Tensor:
    """The small picture that a network is given for a target: blurred, reduced, noisy, compressed, in this order and
    each as often as the recipe says, and rounded to 8 bits. Where the recipe knows something earlier, all of that has
    happened once before, on the way to another size.

    `target` [N, 3, scale H, scale W] becomes [N, 3, H, W].
    """
    if recipe.earlier is None:
        return _damage(target, scale, recipe.damages, chance, lambda x: reduce(x, scale))
    height, width = (side // scale for side in target.shape[-2:])
    parts = []
    for part in target.chunk(HISTORIES):
        part = _damage_earlier(part, recipe.earlier, chance)
        kernel = _kernel(chance)
        ratio = part.shape[-2] / height
        parts.append(_damage(part, ratio, recipe.damages, chance, lambda x: imresize(x, height, width, kernel)))
    return torch.cat(parts)


def sharpen(x: torch.Tensor, mask: Sharpen) -> torch.Tensor:
    """Under an unsharp mask: [N, 3, H, W]."""
    return (x + mask.amount * (x - _blurred(x, torch.full((len(x),), mask.sigma)))).clamp(0, 1)


def _damage_earlier(x: torch.Tensor, earlier: Earlier, chance: torch.Generator) -> torch.Tensor:
    span, kernel = earlier.resize, _kernel(chance)
    chosen, part = torch.rand(2, generator=chance)
    ratio = span.at(part).item() if chosen < span.chance else 1.0
    height, width = (max(1, round(side * ratio)) for side in x.shape[-2:])
    return _damage(x, 1 / ratio, earlier.damages, chance, lambda x: imresize(x, height, width, kernel))


def _damage(
        x: torch.Tensor, ratio: float, damages: Damages, chance: torch.Generator,
        resize: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Once through all damages; `ratio` is by how much `resize` makes the pictures smaller."""
    if damages.blur is not None:
        x = _change(x, damages.blur, chance, lambda x, sigmas: _blurred(x, sigmas.clamp(min=0.01) * ratio))
    x = resize(x)
    if damages.noise is not None:
        x = _change(x, damages.noise, chance, lambda x, sigmas: _noisy(x, sigmas, chance))
    x = to_bytes(x)
    if damages.jpeg is not None:
        x = _change(x, damages.jpeg, chance, lambda x, qualities: _compressed(x, qualities, chance))
    return x


def _kernel(chance: torch.Generator) -> Kernel:
    return (cubic, linear, box)[_integer(3, chance)]


def reduce(x: torch.Tensor, scale: int) -> torch.Tensor:
    """The same as `imresize` to a whole fraction of the size, which must divide, in the time that training can spare.
    """
    if scale == 1:
        return x
    # All pixels of the result are made by the same weights. Those of one far from the edges have them all.
    middle = resize_matrix(16 * scale, 16)[8]
    taps = middle[6 * scale:11 * scale].to(x)
    x = _mirrored(_mirrored(x, 2 * scale, -1), 2 * scale, -2)
    planes = x.reshape(-1, 1, *x.shape[-2:])
    planes = F.conv2d(planes, taps.view(1, 1, 1, -1), stride=(1, scale))
    planes = F.conv2d(planes, taps.view(1, 1, -1, 1), stride=(scale, 1))
    return planes.view(*x.shape[:-2], *planes.shape[-2:])


def _mirrored(x: torch.Tensor, count: int, dimension: int) -> torch.Tensor:
    """With `count` more pixels at both ends, at most as many as there are, the pixel at the edge repeated, as PyTorch
    has no padding for."""
    first = x.narrow(dimension, 0, count).flip(dimension)
    last = x.narrow(dimension, x.shape[dimension] - count, count).flip(dimension)
    return torch.cat([first, x, last], dimension)


def _blurred(x: torch.Tensor, sigmas: torch.Tensor) -> torch.Tensor:
    """Each picture under its own Gaussian, of a sigma in pixels above 0: [N]."""
    radius = math.ceil(3 * sigmas.max().item())
    places = torch.arange(-radius, radius + 1, dtype=x.dtype)
    weights = torch.exp(-places ** 2 / (2 * sigmas[:, None] ** 2))
    weights = (weights / weights.sum(1, keepdim=True)).to(x.device).repeat_interleave(x.shape[1], 0)
    planes = F.pad(x, (radius,) * 4, mode="replicate").view(1, -1, *(side + 2 * radius for side in x.shape[-2:]))
    planes = F.conv2d(planes, weights[:, None, None, :], groups=len(weights))
    planes = F.conv2d(planes, weights[:, None, :, None], groups=len(weights))
    return planes.view(x.shape)


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


def _noisy(x: torch.Tensor, sigmas: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """With normal noise of a sigma in levels of 255: [N]."""
    # Seeded from the other, so that nothing but the state of that one has to be kept.
    device_chance = torch.Generator(x.device).manual_seed(_integer(1 << 62, chance))
    noise = torch.randn(x.shape, generator=device_chance, device=x.device)
    return x + noise * (sigmas / 255).to(x.device)[:, None, None, None]


def _compressed(x: torch.Tensor, qualities: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    shift = (_integer(8, chance), _integer(8, chance))
    return jpeg(x, qualities.to(x.device), shift, halved=_integer(2, chance) == 0)


def _change(x: torch.Tensor, span: Span, chance: torch.Generator, change: Change) -> torch.Tensor:
    """Changes the share of the pictures that the span says, each by a number of it."""
    # The share as exactly as it can be, so that no step is all or nothing.
    count = int(x.shape[0] * span.chance + torch.rand((), generator=chance).item())
    if count == 0:
        return x
    chosen = torch.randperm(x.shape[0], generator=chance)[:count].to(x.device)
    amounts = span.at(torch.rand(count, generator=chance))
    return x.index_copy(0, chosen, change(x[chosen], amounts))


def _integer(below: int, chance: torch.Generator) -> int:
    return int(torch.randint(below, (), generator=chance).item())
