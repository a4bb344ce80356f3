"""What a network is told about a result that differs from its target. All take pictures [N, 3, H, W] from 0 to 1."""

import torch
import torch.nn.functional as F

from discriminator import Judge
from recipe import Loss

# Pixels of the target. Wide enough to hold a texture, narrow enough that it is the same one throughout.
WINDOW = 16


class Criterion:
    """The sum of a recipe's losses: of pixels, L1; of frequencies, as below; of what the judge sees in the pictures,
    and whether it takes the result for a real one. The judge learns along."""

    def __init__(self, weights: Loss, learning_rate: float, device: torch.device):
        self._weights = weights
        judged = weights.features > 0 or weights.adversarial > 0
        self.judge = Judge(learning_rate, device) if judged else None

    def __call__(self, result: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        weights = self._weights
        loss = weights.pixel * F.l1_loss(result, target)
        if weights.frequency > 0:
            loss = loss + weights.frequency * frequency_loss(result, target)
        if self.judge is not None:
            features, adversarial = self.judge.opinion(result, target)
            loss = loss + weights.features * features + weights.adversarial * adversarial
        return loss


def frequency_loss(result: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How much more or less there is of each frequency in each window, wherever in it that lies: the mean difference of
    the magnitudes of their Fourier transforms. Blurred texture is wrong by this, misplaced texture is not."""
    return F.l1_loss(_magnitudes(result), _magnitudes(target))


def _magnitudes(x: torch.Tensor) -> torch.Tensor:
    rows, columns = (side // WINDOW for side in x.shape[-2:])
    x = x[..., :rows * WINDOW, :columns * WINDOW]
    windows = x.reshape(*x.shape[:2], rows, WINDOW, columns, WINDOW).transpose(3, 4)
    # A window that ends abruptly would have frequencies of its own.
    fade = torch.hann_window(WINDOW, periodic=False, device=x.device)
    spectrum = torch.fft.rfft2(windows * fade[:, None] * fade, norm="ortho")
    # The slope of a magnitude is not defined at nothing.
    return (spectrum.real ** 2 + spectrum.imag ** 2 + 1e-8).sqrt()
