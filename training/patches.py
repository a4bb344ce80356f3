"""Patches of the prepared pictures, cut and turned on the device where they are trained on."""

import collections

import torch

from archive import Archive, Picture
from failures import Refused


class PatchSource:
    """Keeps the pictures on the device and cuts batches out of them.

    mix: how often each category is taken, for its area; categories that it does not name are left out.
    side_min: the largest patch that will be asked for.
    """

    def __init__(self, archive: Archive, mix: dict[str, float], side_min: int, device: torch.device):
        unknown = set(mix) - {picture.category for picture in archive.pictures}
        if len(unknown) == len(mix):
            raise Refused(f"The data has no pictures of the recipe's categories, {', '.join(mix)}.")
        given = archive.part(held_out=False)
        suited = [picture for picture in given if mix.get(picture.category, 0) > 0]
        pictures = [picture for picture in suited if min(picture.width, picture.height) >= side_min]
        if not pictures:
            raise Refused(f"Patches of {side_min}x{side_min} can be cut from none of the pictures.")
        self._counts = collections.Counter(picture.category for picture in pictures)
        self._left_out = (len(given) - len(suited), len(suited) - len(pictures), side_min)
        self._samples = archive.samples.to(device)
        self._widths, self._heights, self._offsets = (
            torch.tensor([getattr(picture, name) for picture in pictures]) for name in ("width", "height", "offset"))
        self._weights = torch.tensor(
            [mix[picture.category] * picture.width * picture.height for picture in pictures], dtype=torch.float64)

    def describe(self) -> str:
        """What is trained on, and what is not."""
        kinds = ", ".join(f"{count} {name}" for name, count in self._counts.most_common())
        unlike, small, side = self._left_out
        return f"pictures: {kinds}; left out, {unlike} of other categories and {small} with a side under {side} pixels"

    def cut(self, count: int, side: int, chance: torch.Generator) -> torch.Tensor:
        """Patches from anywhere, flipped and turned at random: float [count, 3, side, side] from 0 to 1."""
        chosen = torch.multinomial(self._weights, count, replacement=True, generator=chance)
        places = torch.rand(2, count, generator=chance, dtype=torch.float64)
        top = (places[0] * (self._heights[chosen] - side + 1)).long()
        left = (places[1] * (self._widths[chosen] - side + 1)).long()
        turns = torch.rand(3, count, generator=chance) < 0.5
        patches = torch.empty(count, 3, side, side, device=self._samples.device)
        for patch, picture, y, x, turn in zip(patches, chosen, top, left, turns.t().tolist()):
            width = self._widths[picture].item()
            start = self._offsets[picture] + 3 * (y * width + x)
            samples = self._samples.as_strided((3, side, side), (1, 3 * width, 3), start)
            patch.copy_(_turned(samples, *turn))
        return patches.div_(255)


def _turned(patch: torch.Tensor, across: bool, down: bool, transposed: bool) -> torch.Tensor:
    """Mirrored across, mirrored down and transposed as decided: the eight ways to lay a square, [3, side, side]."""
    if across:
        patch = patch.flip(2)
    if down:
        patch = patch.flip(1)
    return patch.transpose(1, 2) if transposed else patch


def validation_pictures(archive: Archive, mix: dict[str, float], side: int, count: int) -> list[torch.Tensor]:
    """The middle of held-out pictures of the categories that are trained on: float [1, 3, h, w], h and w at most
    `side`."""
    held_out = archive.part(held_out=True)
    suited = [picture for picture in held_out if mix.get(picture.category, 0) > 0] or held_out
    return [_middle(archive, picture, side) for picture in suited[:count]]


def _middle(archive: Archive, picture: Picture, side: int) -> torch.Tensor:
    height, width = min(side, picture.height), min(side, picture.width)
    top, left = (picture.height - height) // 2, (picture.width - width) // 2
    pixels = archive.pixels(picture)[top:top + height, left:left + width]
    return pixels.permute(2, 0, 1)[None].float() / 255
