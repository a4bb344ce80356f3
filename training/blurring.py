"""Blurs of several kinds, each picture under its own: on tensors [N, 3, H, W] from 0 to 1, on any device."""

import math
from typing import Callable

import torch
import torch.nn.functional as F

# What a filter leaves of each frequency: from sigmas [N, 1, 1] and the frequencies along y and x in cycles a pixel.
Response = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Generator], torch.Tensor]

# An oval Gaussian is at most so many times as long as it is wide.
STRETCH_MAX = 4

# The frequency, times sigma, at which a Gaussian leaves a fifth, and at which the filter that rings cuts off.
CUTOFF = 0.28


def gaussian(x: torch.Tensor, sigmas: torch.Tensor) -> torch.Tensor:
    """Each picture under its own round Gaussian, of a sigma in pixels above 0: [N]."""
    radius = math.ceil(3 * sigmas.max().item())
    places = torch.arange(-radius, radius + 1, dtype=x.dtype)
    weights = torch.exp(-places ** 2 / (2 * sigmas[:, None] ** 2))
    weights = (weights / weights.sum(1, keepdim=True)).to(x.device).repeat_interleave(x.shape[1], 0)
    planes = F.pad(x, (radius,) * 4, mode="replicate").view(1, -1, *(side + 2 * radius for side in x.shape[-2:]))
    planes = F.conv2d(planes, weights[:, None, None, :], groups=len(weights))
    planes = F.conv2d(planes, weights[:, None, :, None], groups=len(weights))
    return planes.view(x.shape)


def varied(x: torch.Tensor, sigmas: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """The pictures under a blur of one kind: round or oval Gaussians, the disc of a lens that is out of focus, or a
    limit of frequencies, which leaves rings beside edges. All are about as wide as the sigma says."""
    kind = torch.rand((), generator=chance).item()
    if kind < 0.5:
        return gaussian(x, sigmas)
    response = oval if kind < 0.7 else disc if kind < 0.85 else limit
    return filtered(x, sigmas, response, chance)


def filtered(x: torch.Tensor, sigmas: torch.Tensor, response: Response, chance: torch.Generator) -> torch.Tensor:
    """Through the Fourier transform, where a wide filter costs no more than a narrow one."""
    margin = 2 + math.ceil(3 * sigmas.max().item())
    padded = F.pad(x, (margin,) * 4, mode="replicate")
    height, width = padded.shape[-2:]
    left = response(sigmas[:, None, None], torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width), chance)
    result = torch.fft.irfft2(torch.fft.rfft2(padded) * left.to(x)[:, None], s=(height, width))
    return result[..., margin:-margin, margin:-margin].clamp(0, 1)


def oval(sigmas: torch.Tensor, y: torch.Tensor, x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    angle, stretch = torch.rand(2, len(sigmas), 1, 1, generator=chance)
    angle, stretch = math.pi * angle, STRETCH_MAX ** (stretch / 2)
    along = (x * torch.cos(angle) + y * torch.sin(angle)) * stretch
    across = (y * torch.cos(angle) - x * torch.sin(angle)) / stretch
    return torch.exp(-2 * (math.pi * sigmas) ** 2 * (along ** 2 + across ** 2))


def disc(sigmas: torch.Tensor, y: torch.Tensor, x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    # The deviation of a disc along a side is half its radius.
    reach = (2 * math.pi * 2 * sigmas * (x ** 2 + y ** 2).sqrt()).clamp(min=1e-4)
    return 2 * torch.special.bessel_j1(reach) / reach


def limit(sigmas: torch.Tensor, y: torch.Tensor, x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    return ((x ** 2 + y ** 2).sqrt() * sigmas <= CUTOFF).float()
