"""The whole way in seconds, on eight pictures made here: prepare, train, resume, export, measure.

    python3 -m unittest          all tests, in the folder of this file

With the variable KEEP_NETWORK set to a folder, the exported network is left there as smoke_x2.onnx.
"""

import dataclasses
import json
import os
import shutil
import unittest
import zipfile
from pathlib import Path

import torch

import archive
import checkpoint
import evaluate
import export
import growing
import prepare
import quality
import recipe
from compression import to_bytes
from failures import Refused
from networks import EnlargingNetwork, Shape, collapse
from onnx_graph import OnnxNetwork
from resizing import imresize
from smoke import ENHANCING, FOLDER, PICTURES, RECIPE, call, picture, prepared, train_for, write_recipe

KEEP = "KEEP_NETWORK"


class TrainingTests(unittest.TestCase):
    def test_a_resumed_run_is_the_run_that_was_never_interrupted(self) -> None:
        for kind, path in (("plain", write_recipe()), ("judged", write_recipe(**ENHANCING))):
            train_for(f"{kind}-straight", "--steps", 6, "--seed", 1, path=path)
            train_for(f"{kind}-parts", "--steps", 6, "--seed", 1, "--pause", 3, path=path)
            train_for(f"{kind}-parts", "--steps", 6, "--resume", path=path)
            ends = (f"{kind}-straight", f"{kind}-parts")
            straight, parts = (checkpoint.load(FOLDER / name / "checkpoint.pt") for name in ends)
            self.assertEqual(6, parts["step"])
            for name, weights in straight["average"].items():
                self.assertTrue(torch.equal(weights, parts["average"][name]), name)

    def test_learns(self) -> None:
        last = train_for("learning", "--steps", 150, "--seed", 1).strip().splitlines()[-1]
        self.assertIn("done at step 150", last)
        self.assertGreater(float(last.split("clean ")[1].split(" dB")[0]), self.nearest() + 1)

    def nearest(self) -> float:
        """Luma PSNR of repeating pixels, on the held-out picture."""
        data = archive.load(prepared())
        target = data.pixels(data.part(held_out=True)[0]).permute(2, 0, 1)[None].float() / 255
        small = to_bytes(imresize(target, 56, 56))
        return quality.psnr(target, small.repeat_interleave(2, 2).repeat_interleave(2, 3), 2)

    def test_refuses_what_does_not_belong_together(self) -> None:
        train_for("kept", "--steps", 4, "--seed", 1, "--pause", 2)
        other = write_recipe(channels=9)
        for words, arguments, path in (
                ("is there already", ["--steps", 4], None),
                ("another recipe", ["--steps", 4, "--resume"], other),
                ("schedule cannot be changed", ["--steps", 5, "--resume"], None)):
            with self.assertRaisesRegex(Refused, words):
                train_for("kept", *arguments, path=path)
        call(prepare.main, "--shards", FOLDER / "shards", "--out", FOLDER / "fewer", "--limit", PICTURES - 1)
        with self.assertRaisesRegex(Refused, "trained on other pictures"):
            train_for("kept", "--steps", 4, "--resume", data=FOLDER / "fewer")
        with self.assertRaisesRegex(Refused, "There is no checkpoint"):
            train_for("absent", "--steps", 4, "--resume")
        with self.assertRaisesRegex(Refused, "holds no prepared pictures"):
            train_for("nowhere", "--steps", 1, data=FOLDER)

    def test_refuses_a_checkpoint_with_one_wrong_byte(self) -> None:
        train_for("whole", "--steps", 1, "--seed", 1)
        path = FOLDER / "whole" / "checkpoint.pt"
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as parts:
            longest = max(parts.infolist(), key=lambda part: part.file_size)
        # Between the parts there are bytes that nothing depends on.
        start = longest.header_offset
        name, extra = (int.from_bytes(data[start + place:start + place + 2], "little") for place in (26, 28))
        data[start + 30 + name + extra + longest.file_size // 2] ^= 1
        for damaged in (data, data[:len(data) // 2], b"nothing"):
            path.write_bytes(damaged)
            with self.assertRaisesRegex(Refused, "damaged"):
                train_for("whole", "--steps", 1, "--resume")

    def test_refuses_recipes_that_are_wrong(self) -> None:
        for words, changes in (
                ("\"trunk\" must be one of", {"trunk": "vgg"}),
                ("\"scale\" must be one of", {"scale": 5}),
                ("\"sharpness\" is no key", {"sharpness": 1}),
                ("\"channels\" must be a whole number", {"channels": 8.5}),
                ("smaller \"quality\" first", {"jpeg": {"chance": 1, "quality": [90, 10]}}),
                ("\"noise\" must have a \"sigma\" above 0", {"noise": {"chance": 1, "sigma": [0, 1], "draw": "log"}}),
                ("\"earlier\" must have \"resize\"", {"earlier": {"blur": {"chance": 1, "sigma": [1, 2]}}}),
                ("\"varied\" must be true or false", {"varied": 1}),
                ("must leave some patches", {"clean": 0.5, "light": {"share": 0.5}}),
                ("\"light\" must have \"share\"", {"light": {"share": 0.5, "clean": 0.5}}),
                ("\"share\" must be a number", {"light": {}}),
                ("\"sharpen\" must have", {"sharpen": {"sigma": 1}}),
                ("\"loss\" must have", {"loss": {"pixel": 1}}),
                ("\"cpu\" must have", {"cpu": {"patch": 16}})):
            with self.assertRaisesRegex(Refused, words):
                recipe.load(write_recipe(**changes))
        with self.assertRaisesRegex(Refused, "no pictures of the recipe's categories"):
            train_for("nothing", "--steps", 1, path=write_recipe(mix={"drawing": 1}))
        with self.assertRaisesRegex(Refused, "too small for \"frequency\""):
            train_for("small-patch", "--steps", 1, path=write_recipe(**{**ENHANCING, "cpu": RECIPE["cpu"]}))

    def test_recipes_of_the_repository_can_be_read(self) -> None:
        paths = sorted(Path(__file__).with_name("recipes").glob("*.json"))
        self.assertLess(0, len(paths))
        for path in paths:
            self.assertEqual(path.stem, recipe.load(path).name)


class ExportingTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        train_for("exported", "--steps", 40, "--seed", 1)

    def test_writes_what_was_trained_in_single_and_half_precision(self) -> None:
        trained = FOLDER / "exported" / "checkpoint.pt"
        network = collapse(checkpoint.average_network(checkpoint.load(trained)))
        x = torch.rand(1, 3, 20, 33, generator=torch.Generator().manual_seed(2))
        sizes = []
        for arguments, limit in (([], 1e-5), (["--half"], 1 / 255)):
            file = FOLDER / "smoke_x2.onnx"
            call(export.main, trained, file, *arguments)
            with torch.no_grad():
                self.assertLess((OnnxNetwork(file)(x) - network(x)).abs().max().item(), limit)
            sizes.append(file.stat().st_size)
        self.assertLess(sizes[1], sizes[0])
        if KEEP in os.environ:
            shutil.copy(FOLDER / "smoke_x2.onnx", os.environ[KEEP])

    def test_a_run_can_start_from_an_exported_file_that_is_narrower(self) -> None:
        file = FOLDER / "start.onnx"
        train_for("narrow", "--steps", 2, "--seed", 1, path=write_recipe(trunk="span"))
        call(export.main, FOLDER / "narrow" / "checkpoint.pt", file, "--half")
        network = EnlargingNetwork(Shape("span", 10, 2, 2))
        growing.begin(network, growing.read_plain(file))
        x = torch.rand(1, 3, 12, 10)
        with torch.no_grad():
            self.assertLess((network(x) - OnnxNetwork(file)(x)).abs().max().item(), 1e-5)
        wide = write_recipe(trunk="span", channels=10)
        self.assertIn("20 tensors from", train_for("started", "--steps", 1, "--start", file, path=wide))
        with self.assertRaisesRegex(Refused, "no weights that fit"):
            train_for("unlike", "--steps", 1, "--start", file, path=write_recipe(scale=4))

    def test_blends_two_networks(self) -> None:
        train_for("further", "--steps", 3, "--seed", 2, "--start", FOLDER / "exported" / "checkpoint.pt")
        ends = [FOLDER / name / "checkpoint.pt" for name in ("exported", "further")]
        call(export.main, ends[0], FOLDER / "all.onnx", "--towards", ends[1], "--amount", 1)
        call(export.main, ends[1], FOLDER / "other.onnx")
        x = torch.rand(1, 3, 8, 8)
        self.assertTrue(torch.equal(OnnxNetwork(FOLDER / "all.onnx")(x), OnnxNetwork(FOLDER / "other.onnx")(x)))

    def test_measures_a_file_as_it_measures_its_checkpoint(self) -> None:
        trained, file = FOLDER / "exported" / "checkpoint.pt", FOLDER / "measured.onnx"
        call(export.main, trained, file)
        folder = FOLDER / "references"
        folder.mkdir()
        picture(20).save(folder / "waves.png")
        ours, theirs = (json.loads(call(evaluate.main, path, folder, "--json")) for path in (trained, file))
        self.assertAlmostEqual(ours["psnr_y"], theirs["psnr_y"], delta=0.005)
        self.assertGreater(ours["psnr_y"], 15)

    def test_measures_what_was_held_out_by_category(self) -> None:
        data, trained = archive.load(prepared()), FOLDER / "exported" / "checkpoint.pt"
        folder = Path(shutil.copytree(prepared(), FOLDER / "categories"))
        archive.write_manifest(folder, [
            dataclasses.replace(picture, category=("text", "photo", "text")[i % 3], held_out=i < 3)
            for i, picture in enumerate(data.pictures)])
        kinds = json.loads(call(evaluate.main, trained, folder, "--held-out", "--json"))
        network, scale = evaluate.load_network(trained)
        each = [evaluate.measure(data.pixels(picture).permute(2, 0, 1)[None] / 255, network, scale, None)["psnr_y"]
                for picture in data.pictures[:3]]
        self.assertAlmostEqual((each[0] + each[2]) / 2, kinds["text"]["psnr_y"], places=6)
        self.assertAlmostEqual(each[1], kinds["photo"]["psnr_y"], places=6)
