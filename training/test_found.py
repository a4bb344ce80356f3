"""The test set of pictures as they are found."""

import unittest

import torch

import evaluate
import found
import quality
from compression import to_bytes
from failures import Refused
from resizing import imresize
from smoke import FOLDER, call, picture


class FoundTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        (FOLDER / "originals").mkdir()
        for number in (1, 2):
            picture(number, 131).save(FOLDER / "originals" / f"{number}.png")

    def test_the_same_seed_makes_the_same_pictures_and_another_version_others(self) -> None:
        for out in ("found", "again"):
            call(found.main, FOLDER / "originals", "--out", FOLDER / out, "--versions", 2)
        names = sorted(path.name for path in (FOLDER / "found" / "small").iterdir())
        self.assertEqual(["1-0.png", "1-1.png", "2-0.png", "2-1.png"], names)
        contents = set()
        for name in names:
            for part in ("small", "reference"):
                first, second = ((FOLDER / out / part / name).read_bytes() for out in ("found", "again"))
                self.assertEqual(first, second)
            contents.add((FOLDER / "found" / "small" / name).read_bytes())
        self.assertEqual(4, len(contents))

    def test_pictures_are_a_quarter_as_large_and_worse_than_reduced_ones(self) -> None:
        call(found.main, FOLDER / "originals", "--out", FOLDER / "worse", "--versions", 6)
        for number in (1, 2):
            clean = evaluate.read(FOLDER / "originals" / f"{number}.png")[..., :128, :128]
            reduced = to_bytes(imresize(clean.double(), 32, 32)).float()
            likeness = []
            for version in range(6):
                name = f"{number}-{version}.png"
                small, reference = (
                    evaluate.read(FOLDER / "worse" / part / name) for part in ("small", "reference"))
                self.assertTrue(torch.equal(clean, reference))
                self.assertEqual(reduced.shape, small.shape)
                likeness.append(quality.psnr(reduced, small, 0))
            # Damaged, but still the same picture.
            self.assertLess(sum(likeness) / 6, 40)
            self.assertGreater(min(likeness), 15)

    def test_refuses_a_folder_without_pictures(self) -> None:
        (FOLDER / "empty").mkdir()
        for folder in (FOLDER / "empty", FOLDER / "nothing"):
            with self.assertRaisesRegex(Refused, "no folder with"):
                call(found.main, folder, "--out", FOLDER / "none")


if __name__ == "__main__":
    unittest.main()
