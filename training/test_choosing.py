"""What the program looks at to decide whether a picture is restored, and the small network that learns from it."""

import contextlib
import io
import unittest

import torch

import choosing
import export
import recipe
from smoke import FOLDER, call, prepared, train_for, write_recipe


class ChoosingTests(unittest.TestCase):
    def test_the_figures_are_those_of_the_program(self) -> None:
        y, x = torch.arange(80)[:, None], torch.arange(96)
        picture = torch.stack([(x * x + 3 * y * y + 17 * c) % 23 + x // 9 * 5 + y // 8 * 9 + 20 for c in range(3)])
        figures = choosing.figures(picture.float())
        weights = torch.arange(1, len(figures) + 1)
        # NeighbourDifferencesTests expects the same.
        self.assertAlmostEqual(1245.2, (figures * weights).sum().item(), delta=0.05)

    def test_the_text_is_the_network_that_was_fitted(self) -> None:
        torch.manual_seed(1)
        rows = torch.rand(1000, 37) * 3 + 1
        gains = (rows[:, 3] - rows[:, 20]) / 3
        with contextlib.redirect_stdout(io.StringIO()) as said:
            network = choosing.fit(rows, gains)
        self.assertGreater(float(said.getvalue().split("held out ")[1].split()[0]), 0.9)
        lines = [[float(value) for value in line.split()] for line in choosing.to_text(network).splitlines()]
        hidden = [max(0, line[0] + sum(w * v for w, v in zip(line[1:], rows[0].tolist()))) for line in lines[:-1]]
        told = lines[-1][0] + sum(w * v for w, v in zip(lines[-1][1:], hidden))
        self.assertAlmostEqual(network(rows[:1]).item(), told, delta=0.01)

    def test_learns_from_pictures_and_networks(self) -> None:
        for name, scale in (("enlarging", 2), ("keeping", 1)):
            train_for(name, "--steps", 2, "--seed", 1, path=write_recipe(scale=scale))
            call(export.main, FOLDER / name / "checkpoint.pt", FOLDER / f"{name}.onnx")
        earlier = {"resize": {"chance": 1, "scale": [0.5, 1]}}
        path = write_recipe(varied=True, clean=0.3, earlier=earlier)
        out, choosing_side = FOLDER / "gain.txt", choosing.PATCH
        choosing.PATCH = 40
        try:
            said = call(
                choosing.main, "--data", prepared(), "--recipes", path, write_recipe(scale=1),
                "--photo", FOLDER / "enlarging.onnx", "--restore", FOLDER / "keeping.onnx",
                "--patches", 96, "--out", out)
        finally:
            choosing.PATCH = choosing_side
        self.assertIn("192 patches", said)
        lines = [line.split() for line in out.read_text().splitlines()]
        self.assertEqual([38] * choosing.HIDDEN + [choosing.HIDDEN + 1], [len(line) for line in lines])


if __name__ == "__main__":
    unittest.main()
