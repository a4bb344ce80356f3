"""Preparing: every picture with its licence, and none of the test sets."""

import io
import tempfile
import unittest
from pathlib import Path

import numpy
from PIL import Image

import archive
import fingerprints
import prepare
from failures import Refused
from smoke import FOLDER, PICTURES, call, picture, png, prepared, write_shards


class PreparingTests(unittest.TestCase):
    def test_keeps_pixels_licence_and_source_of_every_picture(self) -> None:
        data = archive.load(prepared())
        self.assertEqual(PICTURES, len(data.pictures))
        self.assertEqual(1, len(data.part(held_out=True)))
        for i, one in enumerate(data.pictures):
            self.assertEqual(("CC0", "somebody/waves@c0ffee:waves/" + one.file), (one.licence, one.source))
            self.assertTrue(numpy.array_equal(numpy.asarray(picture(i)), data.pixels(one).numpy()))

    def refuse(self, words: str, files: dict[str, bytes], *arguments, **changes: str) -> None:
        folder = Path(tempfile.mkdtemp(dir=FOLDER))
        write_shards(folder / "shards", files, **changes)
        with self.assertRaisesRegex(Refused, words):
            call(prepare.main, "--shards", folder / "shards", "--out", folder / "data", *arguments)
        self.assertFalse((folder / "data" / archive.MANIFEST_FILE).exists())

    def test_refuses_a_copy_of_a_test_picture_in_another_size_and_format(self) -> None:
        original = picture(3, 200)
        known = FOLDER / "known.csv"
        known.write_text(f"picture,fingerprint\nSet0/waves,{fingerprints.of(original):064x}\n")
        copy = io.BytesIO()
        original.resize((130, 130), Image.BICUBIC).save(copy, "JPEG", quality=60)
        files = {"a.png": png(picture(1)), "b.jpg": copy.getvalue()}
        self.refuse("b.jpg is Set0/waves of a test set", files, "--benchmarks", known)

    def test_refuses_a_picture_with_the_path_of_a_test_set(self) -> None:
        self.refuse("kodim07", {"a.png": png(picture(1))}, source_path="kodak/kodim07.png")

    def test_refuses_damage_and_missing_licences(self) -> None:
        self.refuse("is damaged", {"a.png": png(picture(1))[:-500], "b.png": png(picture(2))})
        self.refuse("says no licence", {"a.png": png(picture(1))}, licence="")
        self.refuse("no side may be under", {"a.png": png(picture(1, 40))})
