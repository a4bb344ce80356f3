"""One run of training: its steps, its schedule, and what is kept of it."""

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

import checkpoint as checkpoints
import degrade
import growing
from archive import Archive
from failures import Refused
from losses import Criterion
from networks import EnlargingNetwork
from optimiser import Muon
from patches import PatchSource
from recipe import Recipe
from validation import Validation

CHECKPOINT_FILE = "checkpoint.pt"

CHECKPOINT_SECONDS = 120
REPORT_SECONDS = 15

# The optimiser's averages are of few batches at first, and the full rate would throw the weights about.
WARM_UP_STEPS = 100

# The average follows the last thousand steps; at first only as many as there were.
AVERAGE_DECAY = 0.999

# Far above what a healthy step has; keeps one bad batch from undoing the run.
GRADIENT_NORM_MAX = 1.0


@dataclass(frozen=True)
class Budget:
    """How long a run is: `total` minutes or steps."""

    unit: str
    total: float


class TrainingRun:
    def __init__(self, recipe: Recipe, data: Archive, budget: Budget, device: torch.device, seed: int):
        torch.manual_seed(seed)
        self._recipe, self._data, self._budget, self._device, self._seed = recipe, data, budget, device, seed
        self._effort = recipe.effort(device.type)
        self._scale = recipe.shape.scale
        self._target_side = (self._effort.patch + 2 * degrade.margin(recipe)) * self._scale
        self._patches = PatchSource(data, recipe.mix, self._target_side, device)
        # channels_last is what tensor cores read, and what the convolutions for a CPU make of their input themselves.
        self._layout = torch.channels_last if device.type == "cuda" else torch.contiguous_format
        self._network = EnlargingNetwork(recipe.shape).to(device, memory_format=self._layout)
        self._average = [parameter.detach().clone() for parameter in self._network.parameters()]
        self._criterion = Criterion(recipe.loss, self._effort.patch * self._scale, self._effort.learning_rate, device)
        self._optimiser = self._make_optimiser()
        self._chance = torch.Generator().manual_seed(seed)
        self._step = 0
        self._spent = 0.0
        self._stopped = False

    def stop(self) -> None:
        """Ends the run after the step in progress, as if it had been paused."""
        self._stopped = True

    def start_from(self, path: Path) -> None:
        """Takes over the weights of another network, a checkpoint or an exported file, as far as they fit."""
        fitting = growing.begin(self._network, growing.read_plain(path))
        if not fitting:
            raise Refused(f"{path} has no weights that fit this recipe.")
        self._set_average(self._network.state_dict())
        print(f"{len(fitting)} tensors from {path}", flush=True)

    def resume(self, path: Path) -> None:
        """Goes on where a checkpoint was written. It must be of the same recipe, pictures and length."""
        values = checkpoints.load(path)
        if values["version"] != checkpoints.VERSION:
            raise Refused(f"{path} was trained by another optimiser; --start begins with its weights.")
        if values["recipe"] != self._recipe.digest_text():
            raise Refused(f"{path} was trained by another recipe, or this one has changed since.")
        if values["data"] != self._data.digest:
            raise Refused(f"{path} was trained on other pictures than those in --data.")
        if (values["unit"], values["total"]) != (self._budget.unit, self._budget.total):
            length = f"{values['total']:g} {values['unit']}"
            raise Refused(f"{path} is of a run of {length}; its schedule cannot be changed.")
        self._network.load_state_dict(values["network"])
        self._set_average(values["average"])
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": values["optimiser"], "param_groups": groups})
        if self._criterion.judge is not None:
            self._criterion.judge.load(values["judge"])
        self._chance.set_state(values["chance"])
        self._step, self._spent, self._seed = values["step"], values["spent"], values["seed"]

    def train(self, path: Path, pause: float | None) -> None:
        """Trains until the budget is spent, or `pause` of it, and writes checkpoints to `path`."""
        validation = Validation(self._recipe, self._data, self._device)
        print(self._patches.describe(), flush=True)
        print(f"{self._recipe.name} on {self._device.type}, seed {self._seed}, from step {self._step}; "
              f"without a network {validation.baseline()}", flush=True)
        end = self._budget.total if pause is None else min(self._budget.total, self._spent + pause)
        clock = _Clock(self._spent)
        losses: list[torch.Tensor] = []
        reported = saved = clock.seconds()
        while self._spent < end and not self._stopped:
            losses.append(self._take_step())
            self._spent = float(self._step) if self._budget.unit == "steps" else clock.minutes()
            now = clock.seconds()
            due = now - saved >= CHECKPOINT_SECONDS
            # What is saved has been reported, so that no run that has gone wrong replaces a good checkpoint.
            if due or now - reported >= REPORT_SECONDS:
                self._report(losses, (now - reported) / len(losses), end)
                losses, reported = [], now
            if due:
                self._save(path)
                print(f"  checkpoint at step {self._step}; {validation.of(self.average_network())}", flush=True)
                saved = clock.seconds()
        if losses:
            self._report(losses, (clock.seconds() - reported) / len(losses), end)
        self._save(path)
        state = "done" if self._spent >= self._budget.total else "paused"
        print(f"{state} at step {self._step}; {validation.of(self.average_network())}", flush=True)

    def average_network(self) -> EnlargingNetwork:
        network = EnlargingNetwork(self._recipe.shape).to(self._device)
        with torch.no_grad():
            for parameter, average in zip(network.parameters(), self._average):
                parameter.copy_(average)
        return network.eval()

    def _make_optimiser(self) -> torch.optim.Optimizer:
        weights, rate = self._network.parameters(), self._effort.learning_rate
        # Muon takes every direction alike, those too that only please the judge; README.md has the trials.
        return Muon(weights, rate) if self._criterion.judge is None else torch.optim.Adam(weights, lr=rate)

    def _take_step(self) -> torch.Tensor:
        learning_rate = self._effort.learning_rate * self._schedule()
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        source, target = self._batch()
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
            result = self._network(source)
        loss = self._criterion(result.float(), target, source, self._chance)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), GRADIENT_NORM_MAX)
        self._optimiser.step()
        self._criterion.learn(learning_rate)
        self._step += 1
        self._follow()
        return loss.detach()

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What the network is given, [N, 3, patch, patch], and what it should make of it."""
        target = self._patches.cut(self._effort.batch, self._target_side, self._chance)
        source = degrade.damage(target, self._scale, self._recipe, self._chance)
        if self._recipe.sharpen is not None:
            target = degrade.sharpen(target, self._recipe.sharpen)
        # Reducing saw only the patch; what it gave near the edges is left out.
        margin = degrade.margin(self._recipe)
        source = source[..., margin:-margin, margin:-margin]
        margin *= self._scale
        target = target[..., margin:-margin, margin:-margin]
        return source.contiguous(memory_format=self._layout), target

    def _schedule(self) -> float:
        """The share of the learning rate that is due."""
        done = min(1.0, self._spent / self._budget.total)
        return min(1.0, (self._step + 1) / WARM_UP_STEPS) * (1 + math.cos(math.pi * done)) / 2

    def _follow(self) -> None:
        """Moves the average towards the weights."""
        share = 1 - min(AVERAGE_DECAY, (1 + self._step) / (10 + self._step))
        weights = [parameter.detach() for parameter in self._network.parameters()]
        torch._foreach_mul_(self._average, 1 - share)
        torch._foreach_add_(self._average, weights, alpha=share)

    def _set_average(self, state: dict[str, torch.Tensor]) -> None:
        for (name, _), average in zip(self._network.named_parameters(), self._average):
            average.copy_(state[name])

    def _report(self, losses: list[torch.Tensor], step_seconds: float, end: float) -> None:
        loss = torch.stack(losses).mean().item()
        if not math.isfinite(loss):
            raise Refused(f"The loss is no number any more at step {self._step}; the last checkpoint is still good.")
        left = (end - self._spent) * (60 if self._budget.unit == "minutes" else step_seconds)
        print(f"step {self._step}  loss {loss:.5f}  {1 / step_seconds:.2f} steps/s  "
              f"{max(0, math.ceil(left))} s left", flush=True)

    def _save(self, path: Path) -> None:
        facts = {
            "recipe": self._recipe.digest_text(), "shape": asdict(self._recipe.shape), "data": self._data.digest,
            "unit": self._budget.unit, "total": self._budget.total, "spent": self._spent, "step": self._step,
            "seed": self._seed}
        names = [name for name, _ in self._network.named_parameters()]
        checkpoints.save(path, facts, {
            "network": self._network.state_dict(), "average": dict(zip(names, self._average)),
            "optimiser": self._optimiser.state_dict()["state"], "chance": self._chance.get_state(),
            "judge": self._criterion.judge.state() if self._criterion.judge is not None else {}})


class _Clock:
    """Wall time of the whole run: what earlier parts took, and this one."""

    def __init__(self, minutes: float):
        self._earlier, self._started = minutes, time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._started

    def minutes(self) -> float:
        return self._earlier + self.seconds() / 60
