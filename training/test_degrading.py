"""Degrading, against plain references: the definition of imresize, and the encoder that everybody uses."""

import io
import math
import unittest

import numpy
import torch
from PIL import Image

import degrade
import recipe
from smoke import picture, write_recipe


class DegradingTests(unittest.TestCase):
    def test_reduces_as_imresize_does(self) -> None:
        rows = torch.rand(1, 3, 24, 36, generator=torch.Generator().manual_seed(1)).double()
        for scale in (2, 3, 4):
            expected = torch.zeros(24 // scale, 36, dtype=torch.float64)
            for i in range(24 // scale):
                centre, total = (i + 0.5) * scale - 0.5, 0.0
                for k in range(-3 * scale, 24 + 3 * scale):
                    weight = degrade.cubic(torch.tensor((k - centre) / scale, dtype=torch.float64)).item()
                    mirrored = -1 - k if k < 0 else 47 - k if k > 23 else k
                    expected[i] += weight * rows[0, 0, mirrored]
                    total += weight
                expected[i] /= total
            actual = degrade.imresize(rows, 24 // scale, 36)[0, 0]
            self.assertLess((actual - expected).abs().max().item(), 1e-12)
            whole = degrade.imresize(rows, 24 // scale, 36 // scale)
            self.assertLess((degrade.reduce(rows, scale) - whole).abs().max().item(), 1e-12)

    def test_compresses_as_libjpeg_does(self) -> None:
        image = picture(2, 96)
        x = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)[None].float() / 255
        for level, halved in ((30, True), (75, True), (90, False)):
            file = io.BytesIO()
            image.save(file, "JPEG", quality=level, subsampling=2 if halved else 0)
            expected = torch.from_numpy(numpy.array(Image.open(file))).permute(2, 0, 1)[None].float()
            actual = degrade.jpeg(x, torch.tensor([float(level)]), (0, 0), halved) * 255
            damage = (expected - x * 255).abs().mean().item()
            self.assertLess((actual - expected).abs().mean().item(), damage / 4)
            self.assertAlmostEqual(damage, (actual - x * 255).abs().mean().item(), delta=damage / 50)

    def test_sharpens_by_what_a_blur_takes(self) -> None:
        edge = (0.25 + 0.5 * (torch.arange(64) >= 32)).expand(2, 3, 48, 64)
        sharp = degrade.sharpen(edge, recipe.Sharpen(sigma=2, amount=0.5))[1, 2, 24]
        # Half a pixel beside a blurred edge, so much of its height is missing that the Gaussian has beyond.
        missing = 0.5 * (1 - math.erf(0.5 / 2 / math.sqrt(2))) / 2
        self.assertAlmostEqual(0.75 + 0.5 * missing, sharp[32].item(), delta=0.003)
        self.assertAlmostEqual(0.25 - 0.5 * missing, sharp[31].item(), delta=0.003)
        self.assertAlmostEqual(0.75, sharp[50].item(), delta=1e-5)

    def test_draws_amounts_evenly_or_by_their_logarithm(self) -> None:
        parts = torch.tensor([0.0, 0.5, 1.0])
        self.assertEqual([4, 34, 64], recipe.Span(1, 4, 64).at(parts).tolist())
        self.assertEqual([4, 16, 64], recipe.Span(1, 4, 64, log=True).at(parts).tolist())

    def test_blurs_and_adds_noise_by_the_amounts_of_the_recipe(self) -> None:
        nothing = recipe.load(write_recipe(scale=1, blur={"chance": 0, "sigma": [1, 1]}, noise={
            "chance": 1, "sigma": [10, 10]}, jpeg={"chance": 0, "quality": [50, 50]}))
        grey = torch.full((4, 3, 64, 64), 0.5)
        noisy = degrade.damage(grey, 1, nothing, torch.Generator().manual_seed(1))
        self.assertAlmostEqual(10, (noisy * 255).std().item(), delta=0.5)
        edge = (torch.arange(64) >= 32).float().expand(2, 3, 64, 64)
        blurring = recipe.load(write_recipe(scale=1, blur={"chance": 1, "sigma": [2, 2]}, noise={
            "chance": 0, "sigma": [1, 1]}, jpeg={"chance": 0, "quality": [50, 50]}))
        slope = degrade.damage(edge, 1, blurring, torch.Generator().manual_seed(1))[0, 0, 32].diff().max().item()
        # The steepest place of a blurred edge is the height of the Gaussian.
        self.assertAlmostEqual(1 / (2 * math.sqrt(2 * math.pi)), slope, delta=0.01)
