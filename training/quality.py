"""How close a picture is to its reference, measured as the papers on super-resolution do and `enlarger compare` too."""

import torch
import torch.nn.functional as F

SSIM_WINDOW = 11
SSIM_SIGMA = 1.5


def luma(x: torch.Tensor, crop: int) -> torch.Tensor:
    """BT.601 luma from 16 to 235, not rounded and without `crop` pixels at each edge.

    [N, 3, H, W] from 0 to 1 becomes float64 [N, 1, h, w].
    """
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64, device=x.device)
    y = 16 + (x.double() * weights[:, None, None]).sum(1, keepdim=True)
    return y[..., crop:y.shape[-2] - crop, crop:y.shape[-1] - crop]


def psnr(reference: torch.Tensor, picture: torch.Tensor, crop: int) -> float:
    """Decibels on luma; infinity for pictures that are the same. Both [1, 3, H, W] from 0 to 1."""
    error = ((luma(reference, crop) - luma(picture, crop)) ** 2).mean()
    return (10 * torch.log10(255 ** 2 / error)).item()


def ssim(reference: torch.Tensor, picture: torch.Tensor, crop: int) -> float:
    """Structural similarity on luma (Wang, Bovik, Sheikh and Simoncelli, 2004), where the window lies inside."""
    a, b = luma(reference, crop), luma(picture, crop)
    places = torch.arange(SSIM_WINDOW, dtype=torch.float64, device=a.device) - SSIM_WINDOW // 2
    row = torch.exp(-places ** 2 / (2 * SSIM_SIGMA ** 2))
    window = (row[:, None] * row / row.sum() ** 2)[None, None]
    moments = F.conv2d(torch.cat([a, b, a * a, b * b, a * b]), window)
    mean_a, mean_b, square_a, square_b, product = moments
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    variances = square_a - mean_a ** 2 + square_b - mean_b ** 2
    similarity = ((2 * mean_a * mean_b + c1) * (2 * (product - mean_a * mean_b) + c2)
                  / ((mean_a ** 2 + mean_b ** 2 + c1) * (variances + c2)))
    return similarity.mean().item()
