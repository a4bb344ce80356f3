"""Making pictures smaller and larger, as MATLAB's `imresize` does it and as others do: on tensors, on any device.

Pictures are float [N, 3, H, W] from 0 to 1.
"""

import functools
import math
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Kernel:
    """How pixels are weighted by their distance. `radius` is where the weight ends; `averaging` stretches the kernel
    when pictures become smaller, so that no pixel is passed over, which browsers and OpenCV do not do."""

    weight: Callable[[torch.Tensor], torch.Tensor]
    radius: int
    averaging: bool = True


def _cubic(x: torch.Tensor) -> torch.Tensor:
    """Keys' kernel with a = -0.5, the one that MATLAB has."""
    x = x.abs()
    near = 1.5 * x ** 3 - 2.5 * x ** 2 + 1
    far = -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, torch.zeros_like(x)))


def _linear(x: torch.Tensor) -> torch.Tensor:
    return (1 - x.abs()).clamp(min=0)


def _box(x: torch.Tensor) -> torch.Tensor:
    """Averages where it is stretched, and takes the nearest where it is not."""
    return ((x > -0.5) & (x <= 0.5)).to(x)


def _lanczos(x: torch.Tensor) -> torch.Tensor:
    """With three lobes."""
    return torch.where(x.abs() < 3, torch.special.sinc(x) * torch.special.sinc(x / 3), torch.zeros_like(x))


CUBIC, LINEAR, BOX, LANCZOS = Kernel(_cubic, 2), Kernel(_linear, 1), Kernel(_box, 1), Kernel(_lanczos, 3)
PLAIN_CUBIC, PLAIN_LINEAR = Kernel(_cubic, 2, averaging=False), Kernel(_linear, 1, averaging=False)


@functools.lru_cache(maxsize=64)
def resize_matrix(length: int, result: int, kernel: Kernel = CUBIC) -> torch.Tensor:
    """What MATLAB's `imresize` does to a row or column: float64 [result, length].

    An averaging kernel is stretched when reducing (antialiasing), its weights add up to 1, and edges are mirrored with
    the pixel at the edge repeated.
    """
    scale = result / length
    stretch = min(scale, 1.0) if kernel.averaging else 1.0
    width = 2 * kernel.radius / stretch
    centres = (torch.arange(result, dtype=torch.float64) + 0.5) / scale - 0.5
    first = torch.floor(centres - width / 2)
    taps = first[:, None] + torch.arange(math.ceil(width) + 2, dtype=torch.float64)
    weights = kernel.weight((centres[:, None] - taps) * stretch)
    weights = weights / weights.sum(1, keepdim=True)
    places = taps.long() % (2 * length)
    places = torch.where(places < length, places, 2 * length - 1 - places)
    return torch.zeros(result, length, dtype=torch.float64).scatter_add_(1, places, weights)


def imresize(x: torch.Tensor, height: int, width: int, kernel: Kernel = CUBIC) -> torch.Tensor:
    """As MATLAB's `imresize`, without rounding. What keeps its size is left as it is."""
    if (height, width) == tuple(x.shape[-2:]):
        return x
    down = resize_matrix(x.shape[-2], height, kernel).to(x)
    across = resize_matrix(x.shape[-1], width, kernel).to(x)
    return down @ (x @ across.t())


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
