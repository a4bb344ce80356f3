"""Degrading, against plain references: the definition of imresize, and the encoder that everybody uses."""

import io
import math
import unittest

import numpy
import torch
from PIL import Image

import blurring
import compression
import degrade
import recipe
import resizing
from smoke import picture, write_recipe


class DegradingTests(unittest.TestCase):
    def test_reduces_as_imresize_does(self) -> None:
        rows = torch.rand(1, 3, 24, 36, generator=torch.Generator().manual_seed(1)).double()
        for scale in (2, 3, 4):
            expected = torch.zeros(24 // scale, 36, dtype=torch.float64)
            for i in range(24 // scale):
                centre, total = (i + 0.5) * scale - 0.5, 0.0
                for k in range(-3 * scale, 24 + 3 * scale):
                    weight = resizing.CUBIC.weight(torch.tensor((k - centre) / scale, dtype=torch.float64)).item()
                    mirrored = -1 - k if k < 0 else 47 - k if k > 23 else k
                    expected[i] += weight * rows[0, 0, mirrored]
                    total += weight
                expected[i] /= total
            actual = resizing.imresize(rows, 24 // scale, 36)[0, 0]
            self.assertLess((actual - expected).abs().max().item(), 1e-12)
            whole = resizing.imresize(rows, 24 // scale, 36 // scale)
            self.assertLess((resizing.reduce(rows, scale) - whole).abs().max().item(), 1e-12)

    def test_compresses_as_libjpeg_does(self) -> None:
        image = picture(2, 96)
        x = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)[None].float() / 255
        for level, halved in ((30, True), (75, True), (90, False)):
            file = io.BytesIO()
            image.save(file, "JPEG", quality=level, subsampling=2 if halved else 0)
            expected = torch.from_numpy(numpy.array(Image.open(file))).permute(2, 0, 1)[None].float()
            actual = compression.jpeg(x, torch.tensor([float(level)]), (0, 0), halved) * 255
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

    def test_the_kernels_are_those_of_the_library_that_everybody_uses(self) -> None:
        image = picture(3, 96)
        x = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)[None].double()
        for kernel, name in (
                (resizing.CUBIC, Image.BICUBIC), (resizing.LINEAR, Image.BILINEAR), (resizing.BOX, Image.BOX),
                (resizing.LANCZOS, Image.LANCZOS)):
            expected = torch.from_numpy(numpy.array(image.resize((37, 29), name))).permute(2, 0, 1)[None].double()
            # Edges are mirrored here and left out there.
            differences = (resizing.imresize(x, 29, 37, kernel) - expected)[..., 4:-4, 4:-4].abs()
            self.assertLess(differences.max().item(), 1.1, name)
        # Without averaging, every third pixel of a grid of three is taken as it is.
        rows = torch.arange(9.0).expand(1, 3, 9, 9)
        self.assertEqual([1, 4, 7], resizing.imresize(rows, 3, 3, resizing.PLAIN_LINEAR)[0, 0, 0].tolist())

    def test_patches_are_clean_or_damaged_lightly_or_more_by_the_shares_of_the_recipe(self) -> None:
        nothing = {"chance": 0, "sigma": [1, 1]}
        given = recipe.load(write_recipe(
            scale=2, clean=0.25, light={"share": 0.5, "noise": {"chance": 1, "sigma": [2, 2]}}, blur=nothing,
            noise={"chance": 1, "sigma": [20, 20]}, jpeg={"chance": 0, "quality": [50, 50]}))
        chance = torch.Generator().manual_seed(1)
        small = torch.cat([degrade.damage(torch.full((7, 3, 64, 64), 0.5), 2, given, chance) for _ in range(80)])
        deviations = (small * 255).std((1, 2, 3))
        counts = [((deviations - wanted).abs() < 0.9).sum().item() for wanted in (0, 2, 20)]
        self.assertEqual(7 * 80, sum(counts))
        for part, count in zip((0.25, 0.5, 0.25), counts):
            self.assertAlmostEqual(part, count / sum(counts), delta=0.01)

    def test_blurs_leave_what_they_should_of_a_wave(self) -> None:
        chance = torch.Generator().manual_seed(1)
        x = torch.arange(128.0)
        for pitch, sigma in ((8, 1.0), (16, 2.5), (5, 0.6)):
            wave = (0.5 + 0.4 * torch.cos(2 * math.pi * x / pitch)).expand(2, 3, 128, 128)
            sigmas, reach = torch.full((2,), sigma), 4 * math.pi * sigma / pitch
            gauss = math.exp(-2 * (math.pi * sigma / pitch) ** 2)
            # Every height of the disc is a chord, which averages the wave along it.
            across = torch.linspace(-1, 1, 20001, dtype=torch.float64)
            disc = ((1 - across ** 2).sqrt() * torch.cos(across * reach)).mean().item() * 4 / math.pi
            for expected, blurred in (
                    (gauss, blurring.gaussian(wave, sigmas)),
                    (disc, blurring.filtered(wave, sigmas, blurring.disc, chance)),
                    (float(sigma / pitch <= blurring.CUTOFF), blurring.filtered(wave, sigmas, blurring.limit, chance))):
                middle = blurred[..., 40:88, 40:88]
                whole = wave.max() - wave.min()
                self.assertAlmostEqual(expected, ((middle.max() - middle.min()) / whole).item(), delta=0.02)
        edge = (x >= 64).float().expand(40, 3, 128, 128)
        steepest = blurring.filtered(edge, torch.full((40,), 3.0), blurring.oval, chance).diff().amax((1, 2, 3))
        # An oval may lie along the edge or across it: at most twice as wide or as narrow as the round one.
        round_one = 1 / (3 * math.sqrt(2 * math.pi))
        self.assertLess(steepest.min().item(), 0.75 * round_one)
        self.assertGreater(steepest.max().item(), 1.35 * round_one)
        self.assertTrue(0.49 * round_one < steepest.min() and steepest.max() < 2.05 * round_one)

    def test_overshoot_leaves_halos_and_webp_damages_by_its_quality(self) -> None:
        edge = (0.25 + 0.5 * (torch.arange(64) >= 32)).expand(2, 3, 64, 64)
        halos = degrade.damage(edge, 1, alone(overshoot={"chance": 1, "amount": [1, 1]}), torch.Generator())
        self.assertGreater(halos.max().item(), 0.85)
        self.assertLess(halos.min().item(), 0.15)
        waves = torch.from_numpy(numpy.array(picture(2, 64))).permute(2, 0, 1)[None] / 255
        coarse, fine = (
            (degrade.damage(waves, 1, alone(webp={"chance": 1, "quality": [level, level]}), torch.Generator()) - waves)
            .abs().mean().item() * 255 for level in (10, 90))
        self.assertLess(2 * fine, coarse)
        self.assertLess(coarse, 12)

    def test_varied_noise_is_also_grey_and_also_grows_with_the_light(self) -> None:
        noisy = alone(varied=True, noise={"chance": 1, "sigma": [8, 8]})
        light = torch.tensor([0.125, 0.5]).repeat_interleave(48).expand(400, 3, 8, 96)
        noise = 255 * (degrade.damage(light, 1, noisy, torch.Generator().manual_seed(1)) - light)
        grey = (noise[:, 0] - noise[:, 2]).abs().amax((1, 2)) < 0.1
        growth = noise[..., 48:].std((1, 2, 3)) / noise[..., :48].std((1, 2, 3))
        for part in (grey.float().mean(), (growth > 1.5).float().mean()):
            self.assertAlmostEqual(0.5, part.item(), delta=0.1)
        self.assertAlmostEqual(2, growth[growth > 1.5].mean().item(), delta=0.1)
        self.assertAlmostEqual(8, noise[..., 48:].std().item(), delta=0.2)

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


def alone(**changes: object) -> recipe.Recipe:
    """A recipe of scale 1 that does nothing but this."""
    nothing = {"chance": 0, "sigma": [1, 1]}
    return recipe.load(write_recipe(
        **{"scale": 1, "blur": nothing, "noise": nothing, "jpeg": {"chance": 0, "quality": [50, 50]}, **changes}))
