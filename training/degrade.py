"""How pictures become small and worse: on tensors, on any device, so that training never waits for files.

Pictures are float [N, 3, H, W] from 0 to 1. Chance comes from a generator of the CPU that the caller keeps, so that a
run can be repeated and resumed.
"""

from dataclasses import dataclass
from typing import Callable

import torch

import blurring
from compression import jpeg, to_bytes, webp
from recipe import Damages, Earlier, Past, Recipe, Sharpen, Span
from resizing import BOX, CUBIC, LANCZOS, LINEAR, PLAIN_CUBIC, PLAIN_LINEAR, Kernel, imresize, reduce

# Changes pictures.
Step = Callable[[torch.Tensor], torch.Tensor]

# Changes pictures by an amount for each.
Change = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# Pixels of the small picture that the cubic kernel looks at beyond an edge; with an earlier life, those that nearly all
# of its blurs and kernels do. A patch is cut with so many more.
MARGIN = 2
MARGIN_EARLIER = 4

# In how many parts the pictures have an earlier life. What was resized alike is computed together.
HISTORIES = 4

# Pixels: the widths of the unsharp masks that overshoot.
OVERSHOOT_SIGMA = Span(1, 0.5, 2)

FEW_KERNELS = CUBIC, LINEAR, BOX
MANY_KERNELS = CUBIC, CUBIC, LINEAR, LINEAR, BOX, LANCZOS, PLAIN_CUBIC, PLAIN_LINEAR


@dataclass(frozen=True)
class Dice:
    """Where chance comes from, and between how much it may choose: `varied` as the recipe says."""

    chance: torch.Generator
    varied: bool

    def below(self, count: int) -> int:
        return int(torch.randint(count, (), generator=self.chance).item())

    def part(self) -> float:
        return torch.rand((), generator=self.chance).item()

    def kernel(self) -> Kernel:
        kernels = MANY_KERNELS if self.varied else FEW_KERNELS
        return kernels[self.below(len(kernels))]


def margin(recipe: Recipe) -> int:
    """How many pixels of the small picture to leave out at each edge, where a patch was mirrored."""
    return MARGIN if all(past.earlier is None for past in recipe.pasts) else MARGIN_EARLIER


def damage(target: torch.Tensor, scale: int, recipe: Recipe, chance: torch.Generator) -> torch.Tensor:
    """The small pictures that a network is given for targets: each with a past of the recipe, blurred, reduced, noisy,
    compressed, each as often as the recipe says, and rounded to 8 bits. Where a past knows something earlier, all of
    that has happened once before, on the way to another size.

    `target` [N, 3, scale H, scale W] becomes [N, 3, H, W].
    """
    dice = Dice(chance, recipe.varied)
    counts = _shares([past.share for past in recipe.pasts], len(target), dice)
    parts = zip(target.split(counts), recipe.pasts)
    return torch.cat([_past(part, scale, past, dice) for part, past in parts if len(part) > 0])


def _shares(shares: list[float], count: int, dice: Dice) -> list[int]:
    """Divides so many by shares that add up to 1, on average exactly."""
    shift = dice.part() if len(shares) > 1 else 0
    ends = [int(count * sum(shares[:i]) + shift) for i in range(1, len(shares))] + [count]
    return [end - start for start, end in zip([0] + ends, ends)]


def _past(target: torch.Tensor, scale: int, past: Past, dice: Dice) -> torch.Tensor:
    if past.earlier is None:
        return _damage(target, scale, past.damages, dice, lambda x: reduce(x, scale))
    height, width = (side // scale for side in target.shape[-2:])
    parts = []
    for part in target.chunk(HISTORIES):
        part = _damage_earlier(part, past.earlier, dice)
        kernel = dice.kernel()
        ratio = part.shape[-2] / height
        parts.append(_damage(part, ratio, past.damages, dice, lambda x: imresize(x, height, width, kernel)))
    return torch.cat(parts)


def sharpen(x: torch.Tensor, mask: Sharpen) -> torch.Tensor:
    """Under an unsharp mask: [N, 3, H, W]."""
    blurred = blurring.gaussian(x, torch.full((len(x),), mask.sigma))
    return (x + mask.amount * (x - blurred)).clamp(0, 1)


def _damage_earlier(x: torch.Tensor, earlier: Earlier, dice: Dice) -> torch.Tensor:
    span, kernel = earlier.resize, dice.kernel()
    chosen, part = torch.rand(2, generator=dice.chance)
    ratio = span.at(part).item() if chosen < span.chance else 1.0
    height, width = (max(1, round(side * ratio)) for side in x.shape[-2:])
    return _damage(x, 1 / ratio, earlier.damages, dice, lambda x: imresize(x, height, width, kernel))


def _damage(x: torch.Tensor, ratio: float, damages: Damages, dice: Dice, resize: Step) -> torch.Tensor:
    """Once through all damages; `ratio` is by how much `resize` makes the pictures smaller. A file is made last."""
    # Amounts in pixels are of the picture that comes out; before it is resized, each of those is `ratio` wide.
    steps = (lambda x, size: _blur(x, damages.blur, dice, size),
             lambda x, size: resize(x),
             lambda x, size: _overshoot(x, damages.overshoot, dice, size),
             lambda x, size: _noise(x, damages.noise, dice))
    order = torch.randperm(len(steps), generator=dice.chance).tolist() if dice.varied else range(len(steps))
    size = ratio
    for place in order:
        x = steps[place](x, size)
        size = 1.0 if place == 1 else size
    x = _change(to_bytes(x), damages.jpeg, dice, lambda x, qualities: _compressed(x, qualities, dice))
    return _change(x, damages.webp, dice, webp)


def _blur(x: torch.Tensor, span: Span | None, dice: Dice, size: float) -> torch.Tensor:
    def change(x: torch.Tensor, sigmas: torch.Tensor) -> torch.Tensor:
        sigmas = sigmas.clamp(min=0.01) * size
        return blurring.varied(x, sigmas, dice.chance) if dice.varied else blurring.gaussian(x, sigmas)

    return _change(x, span, dice, change)


def _overshoot(x: torch.Tensor, span: Span | None, dice: Dice, size: float) -> torch.Tensor:
    """Sharpened as cameras and people do: under an unsharp mask whose halos stay."""
    def change(x: torch.Tensor, amounts: torch.Tensor) -> torch.Tensor:
        sigmas = OVERSHOOT_SIGMA.at(torch.rand(len(x), generator=dice.chance)) * size
        return (x + amounts.to(x)[:, None, None, None] * (x - blurring.gaussian(x, sigmas))).clamp(0, 1)

    return _change(x, span, dice, change)


def _noise(x: torch.Tensor, span: Span | None, dice: Dice) -> torch.Tensor:
    """With normal noise of a sigma in levels of 255. Varied, half of it is the same in all colours, and half grows
    with the light as that of photons does, with the sigma at middle grey."""
    def change(x: torch.Tensor, sigmas: torch.Tensor) -> torch.Tensor:
        # Seeded from the other, so that nothing but the state of that one has to be kept.
        device_chance = torch.Generator(x.device).manual_seed(dice.below(1 << 62))
        noise = torch.randn(x.shape, generator=device_chance, device=x.device)
        sigmas = (sigmas / 255).to(x.device)[:, None, None, None]
        if dice.varied:
            grey, photons = (torch.rand(2, len(x), 1, 1, 1, generator=dice.chance) < 0.5).to(x.device)
            noise = torch.where(grey, noise[:, :1], noise)
            sigmas = torch.where(photons, sigmas * (2 * x).clamp(0, 2).sqrt(), sigmas)
        return x + noise * sigmas

    return _change(x, span, dice, change)


def _compressed(x: torch.Tensor, qualities: torch.Tensor, dice: Dice) -> torch.Tensor:
    shift = (dice.below(8), dice.below(8))
    return jpeg(x, qualities.to(x.device), shift, halved=dice.below(2) == 0)


def _change(x: torch.Tensor, span: Span | None, dice: Dice, change: Change) -> torch.Tensor:
    """Changes the share of the pictures that the span says, each by a number of it."""
    if span is None:
        return x
    # The share as exactly as it can be, so that no step is all or nothing.
    count = int(x.shape[0] * span.chance + dice.part())
    if count == 0:
        return x
    chosen = torch.randperm(x.shape[0], generator=dice.chance)[:count].to(x.device)
    amounts = span.at(torch.rand(count, generator=dice.chance))
    return x.index_copy(0, chosen, change(x[chosen], amounts))
