"""What a network is told about a result that differs from its target. All take pictures [N, 3, H, W] from 0 to 1."""

import torch
import torch.nn.functional as F

from discriminator import Judge
from recipe import Loss

# Pixels of the target. Wide enough to hold a texture, narrow enough that it is the same one throughout.
WINDOW = 16


# Pixels of what came in.
NEIGHBOURHOOD = 8

# Frequencies and the judge look at this part of a patch along each side, at another place in every step: whatever they
# always saw at the same places of the square that the network makes of a pixel would show as a grid in its results.
# They see no more than so many pixels, since a step would be mostly the judge's.
LOOK_PART = 0.8
LOOK_MAX = 96


class Criterion:
    """The sum of a recipe's losses: of pixels, L1; of frequencies and of the grid, as below; of what the judge sees in
    the pictures, and whether it takes the result for a real one. The judge learns along."""

    def __init__(self, weights: Loss, scale: int, learning_rate: float, device: torch.device):
        self._weights, self._scale = weights, scale
        judged = weights.features > 0 or weights.adversarial > 0
        self.judge = Judge(learning_rate, device) if judged else None
        self._seen: tuple[torch.Tensor, torch.Tensor] | None = None

    def __call__(self, result: torch.Tensor, target: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
        weights = self._weights
        loss = weights.pixel * F.l1_loss(result, target)
        if weights.grid > 0:
            loss = loss + weights.grid * grid_loss(result, target, self._scale)
        if weights.frequency == 0 and self.judge is None:
            return loss
        result, target = _look(result, target, chance)
        if weights.frequency > 0:
            loss = loss + weights.frequency * frequency_loss(result, target)
        if self.judge is not None:
            self._seen = result.detach(), target
            features, adversarial = self.judge.opinion(result, target)
            loss = loss + weights.features * features + weights.adversarial * adversarial
        return loss

    def learn(self, learning_rate: float) -> None:
        """Lets the judge learn from what it has just seen."""
        if self._seen is not None:
            self.judge.learn(*self._seen, learning_rate)


def _look(result: torch.Tensor, target: torch.Tensor, chance: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The same part of both, which are square."""
    whole = result.shape[-1]
    side = min(whole, LOOK_MAX, max(WINDOW, int(LOOK_PART * whole)))
    top, left = torch.randint(whole - side + 1, (2,), generator=chance).tolist()
    return result[..., top:top + side, left:left + side], target[..., top:top + side, left:left + side]


def frequency_loss(result: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How much more or less there is of each frequency in each window, wherever in it that lies: the mean difference of
    the magnitudes of their Fourier transforms. Blurred texture is wrong by this, misplaced texture is not."""
    return F.l1_loss(_magnitudes(result), _magnitudes(target))


def grid_loss(result: torch.Tensor, target: torch.Tensor, scale: int) -> torch.Tensor:
    """How far each place in the squares of `scale` x `scale` that a network makes of pixels is off on average over a
    neighbourhood. Texture that lies anywhere averages out, light and colour that shift do not, and neither does the
    pattern of those squares, which is the cheapest texture that a network can make."""
    off = F.pixel_unshuffle(result - target, scale)
    return F.avg_pool2d(off, NEIGHBOURHOOD, stride=NEIGHBOURHOOD // 2).abs().mean()


def _magnitudes(x: torch.Tensor) -> torch.Tensor:
    rows, columns = (side // WINDOW for side in x.shape[-2:])
    x = x[..., :rows * WINDOW, :columns * WINDOW]
    windows = x.reshape(*x.shape[:2], rows, WINDOW, columns, WINDOW).transpose(3, 4)
    # A window that ends abruptly would have frequencies of its own.
    fade = torch.hann_window(WINDOW, periodic=False, device=x.device)
    spectrum = torch.fft.rfft2(windows * fade[:, None] * fade, norm="ortho")
    # The slope of a magnitude is not defined at nothing.
    return (spectrum.real ** 2 + spectrum.imag ** 2 + 1e-8).sqrt()
