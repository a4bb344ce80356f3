"""How far a run has come, measured on the pictures that were held out."""

from typing import Callable

import torch

import degrade
from archive import Archive
from compression import to_bytes
from patches import validation_pictures
from quality import psnr
from recipe import Damages, Past, Recipe
from resizing import imresize

# Enough to tell networks apart by hundredths of a decibel, and a second's work.
VALIDATION_SIDE = 192
VALIDATION_COUNT = 12
VALIDATION_SEED = 1

UNDAMAGED = Past(1, None, Damages())


class Validation:
    """Held-out pictures of the training set, reduced cleanly and, where the recipe does damage, with all of it."""

    def __init__(self, recipe: Recipe, data: Archive, device: torch.device):
        self._scale = scale = recipe.shape.scale
        chance = torch.Generator().manual_seed(VALIDATION_SEED)
        always = recipe.damaging_always()
        self._pairs: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {}
        for picture in validation_pictures(data, recipe.mix, VALIDATION_SIDE, VALIDATION_COUNT):
            height, width = (side - side % scale for side in picture.shape[-2:])
            target = picture[..., :height, :width].to(device)
            if scale > 1:
                small = to_bytes(imresize(target, height // scale, width // scale))
                self._pairs.setdefault("clean", []).append((small, target))
            if recipe.pasts != (UNDAMAGED,):
                damaged = degrade.damage(target, scale, always, chance)
                self._pairs.setdefault("damaged", []).append((damaged, target))

    def baseline(self) -> str:
        """Figures of bicubic enlarging, or of doing nothing at scale 1."""
        return self.of(lambda x: imresize(x, x.shape[-2] * self._scale, x.shape[-1] * self._scale))

    @torch.no_grad()
    def of(self, network: Callable[[torch.Tensor], torch.Tensor]) -> str:
        """Figures of a network, in words: the mean PSNR on luma."""
        figures = []
        for name, pairs in self._pairs.items():
            each = [psnr(target, to_bytes(network(small)), self._scale) for small, target in pairs]
            figures.append(f"{name} {sum(each) / len(each):.2f} dB")
        return ", ".join(figures)
