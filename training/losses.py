"""What a network is told about a result that differs from its target. All take pictures [N, 3, H, W] from 0 to 1."""

import torch
import torch.nn.functional as F

from discriminator import Judge
from failures import Refused
from recipe import Loss
from resizing import reduce

# Pixels of the target. Wide enough to hold a texture, narrow enough that it is the same one throughout.
WINDOW = 32

# Frequencies and the judge look at this part of a patch along each side, at another place in every step. If they looked
# at all of a large patch, the judge would take most of a step.
LOOK_PART = 0.8
LOOK_MAX = 96


class Criterion:
    """The sum of a recipe's losses: of pixels, L1; of consistency, L1 between the result made small again and what it
    was made of; of frequencies, as below; of what the judge sees in the pictures, and whether it takes the result for a
    real one. The judge learns along."""

    def __init__(self, weights: Loss, side: int, learning_rate: float, device: torch.device):
        if weights.frequency > 0 and _look_side(side) < WINDOW:
            raise Refused(f"A patch of {side} pixels is too small for \"frequency\", which looks at {WINDOW} "
                          f"in {LOOK_PART:g} of it.")
        self._weights = weights
        judged = weights.features > 0 or weights.adversarial > 0
        self.judge = Judge(learning_rate, device) if judged else None
        self._seen: tuple[torch.Tensor, torch.Tensor] | None = None

    def __call__(
            self, result: torch.Tensor, target: torch.Tensor, source: torch.Tensor,
            chance: torch.Generator) -> torch.Tensor:
        weights, scale = self._weights, result.shape[-1] // source.shape[-1]
        loss = weights.pixel * F.l1_loss(result, target)
        if weights.consistency > 0:
            loss = loss + weights.consistency * F.l1_loss(reduce(result, scale), source)
        if weights.frequency == 0 and self.judge is None:
            return loss
        result, target = _look(result, target, chance)
        if weights.frequency > 0:
            loss = loss + weights.frequency * frequency_loss(result, target, scale)
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
    """The same part of both."""
    whole = result.shape[-1]
    side = _look_side(whole)
    top, left = torch.randint(whole - side + 1, (2,), generator=chance).tolist()
    return result[..., top:top + side, left:left + side], target[..., top:top + side, left:left + side]


def _look_side(whole: int) -> int:
    return min(LOOK_MAX, int(LOOK_PART * whole))


def frequency_loss(result: torch.Tensor, target: torch.Tensor, scale: int) -> torch.Tensor:
    """How much more or less there is of each frequency in each window, wherever in it that lies: the mean difference of
    the magnitudes of their Fourier transforms. Blurred texture is wrong by this, misplaced texture is not.

    The frequencies of a grid of `scale` pixels do not count: a network that lays out so many of them at once can have
    those everywhere at no cost, and would.
    """
    counted = _counted(scale).to(result)
    return ((_magnitudes(result) - _magnitudes(target)).abs() * counted).mean() / counted.mean()


def _counted(scale: int) -> torch.Tensor:
    """1 for the frequencies that count, 0 for the others: [WINDOW, WINDOW / 2 + 1]. Those less than two from one of the
    grid do not, as the fading spreads each."""
    place = torch.arange(WINDOW) * scale % WINDOW
    near = torch.minimum(place, WINDOW - place) < 2 * scale
    return (~(near[:, None] & near[None, :WINDOW // 2 + 1])).float()


def _magnitudes(x: torch.Tensor) -> torch.Tensor:
    rows, columns = (side // WINDOW for side in x.shape[-2:])
    x = x[..., :rows * WINDOW, :columns * WINDOW]
    windows = x.reshape(*x.shape[:2], rows, WINDOW, columns, WINDOW).transpose(3, 4)
    # A window that ends abruptly would have frequencies of its own.
    fade = torch.hann_window(WINDOW, periodic=False, device=x.device)
    spectrum = torch.fft.rfft2(windows * fade[:, None] * fade, norm="ortho")
    # The slope of a magnitude is not defined at nothing.
    return (spectrum.real ** 2 + spectrum.imag ** 2 + 1e-8).sqrt()
