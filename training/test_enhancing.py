"""What only the recipes with a judge have: an earlier life of the pictures, and losses that ask for sharpness."""

import math
import unittest

import numpy
import torch
import torch.nn.functional as F

import degrade
import recipe
from compression import to_bytes
from discriminator import Judge
from losses import Criterion, frequency_loss
from recipe import Loss
from resizing import imresize
from sharpness import edge_widths, gradient_energy, measure
from smoke import ENHANCING, write_recipe


class EnhancingTests(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(1)

    def test_an_earlier_life_costs_detail_and_leaves_the_size_and_the_light(self) -> None:
        target = texture(8)
        lossless = {"blur": {"chance": 0, "sigma": [1, 1]}, "noise": {"chance": 0, "sigma": [1, 1]}, "jpeg": {
            "chance": 0, "quality": [90, 90]}}
        shrunk = {"earlier": {"resize": {"chance": 1, "scale": [0.3, 0.3]}}}
        whole, poor, worse = (
            degrade.damage(target, 2, recipe.load(write_recipe(**changes)), torch.Generator().manual_seed(1))
            for changes in (lossless, {**lossless, **shrunk}, ENHANCING))
        self.assertLess(poor.std().item(), whole.std().item() / 2)
        for result in (poor, worse):
            self.assertEqual(whole.shape, result.shape)
            self.assertTrue(torch.equal(result, to_bytes(result)))
            self.assertLess((result.mean() - whole.mean()).abs().item(), 2 / 255)

    def test_sharpness_is_measured(self) -> None:
        step = numpy.repeat([0.0, 100.0], 16)[None].repeat(8, 0)
        ramp = numpy.interp(numpy.arange(32), range(13, 19), [0, 10, 30, 70, 90, 100])[None].repeat(8, 0)
        self.assertEqual((5, 1), edge_widths(ramp, step))
        self.assertGreater(gradient_energy(step), 3 * gradient_energy(ramp))
        self.assertTrue(math.isnan(edge_widths(numpy.zeros((8, 8)), step[:, :8])[0]))
        small = texture(1)
        nearest = F.interpolate(small, scale_factor=2.0)
        soft = F.avg_pool2d(nearest, 3, 1, 1)
        sharper = measure(small, soft, nearest)
        self.assertGreater(sharper.gain, 1)
        self.assertLess(sharper.widths[1], sharper.widths[0])
        self.assertLess(sharper.drift, measure(small, soft, nearest + 0.1).drift - 20)

    def test_the_kernels_of_resizing_keep_an_even_picture_even(self) -> None:
        even = torch.full((1, 3, 20, 20), 0.3)
        for kernel in degrade.MANY_KERNELS:
            for side in (7, 20, 33):
                resized = imresize(even, side, side, kernel)
                self.assertLess((resized - 0.3).abs().max().item(), 1e-6)

    def test_blurred_texture_is_wrong_by_its_frequencies_and_moved_texture_hardly(self) -> None:
        target = texture(4)
        moved = target.roll((3, 5), (2, 3))
        blurred = blur(target)
        self.assertEqual(0, frequency_loss(target, target, 4).item())
        self.assertLess(frequency_loss(moved, target, 4) * 2, frequency_loss(blurred, target, 4))
        self.assertLess(F.l1_loss(blurred, target), F.l1_loss(moved, target))

    def test_a_grid_is_no_way_to_have_more_of_the_frequencies_that_are_missing(self) -> None:
        target = texture(4)
        grid = 0.02 * torch.tensor([[1.0, -1.0, 0.0, 0.0], [0.0, 0.5, -1.0, 0.5]] * 2).repeat(16, 16)
        self.assertLess(frequency_loss(target + grid, target, 4), frequency_loss(target + grid, target, 3) / 10)

    def test_the_judge_learns_to_tell_blurred_pictures_from_sharp_ones(self) -> None:
        judge = Judge(0.0005, torch.device("cpu"))
        for _ in range(40):
            sharp = texture(4)
            judge.learn(blur(sharp), sharp, 0.0005)
        sharp = texture(4)
        (_, blurred), (_, real) = (judge.opinion(x, sharp) for x in (blur(sharp), sharp))
        self.assertGreater(blurred.item(), real.item() + 0.5)

    def test_a_result_follows_the_judge_and_leaves_it_as_it_is(self) -> None:
        weights = Loss(pixel=0, consistency=0, frequency=0, features=1, adversarial=1)
        criterion = Criterion(weights, 64, 0.001, torch.device("cpu"))
        sharp = texture(2)
        result = blur(sharp).requires_grad_()
        before = self.weights(criterion)
        criterion(result, sharp, blur(sharp), torch.Generator().manual_seed(1)).backward()
        self.assertTrue(result.grad.any())
        self.assertTrue(torch.equal(before, self.weights(criterion)))
        criterion.learn(0.001)
        self.assertFalse(torch.equal(before, self.weights(criterion)))

    @staticmethod
    def weights(criterion: Criterion) -> torch.Tensor:
        return criterion.judge.state()["network"]["layers.0.parametrizations.weight.original"].clone()


def texture(count: int) -> torch.Tensor:
    """Waves of three to six pixels, of directions of their own, on grey: [count, 3, 64, 64]."""
    place = torch.arange(64.0)
    angle, phase = 2 * math.pi * torch.rand(2, count, 3, 1, 1)
    pitch = 2 * math.pi / (3 + 3 * torch.rand(count, 3, 1, 1))
    along = place[:, None] * torch.sin(angle) + place * torch.cos(angle)
    return 0.5 + 0.25 * torch.sin(along * pitch + phase)


def blur(x: torch.Tensor) -> torch.Tensor:
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


if __name__ == "__main__":
    unittest.main()
