"""Recipes: a small JSON file for each network says all that makes it what it is."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch

from failures import Refused
from networks import SCALES, TRUNKS, Shape


@dataclass(frozen=True)
class Span:
    """A damage: the share of patches that suffer it, and how much of it: drawn evenly, or evenly by its logarithm."""

    chance: float
    low: float
    high: float
    log: bool = False

    def at(self, part: torch.Tensor) -> torch.Tensor:
        """The amounts at these parts of the way, 0 to 1."""
        if self.log:
            return self.low * (self.high / self.low) ** part
        return self.low + (self.high - self.low) * part


@dataclass(frozen=True)
class Damages:
    """Blur is a sigma in pixels of the picture that comes out, overshoot how much of what a blur took an unsharp mask
    has added once more, noise a sigma in levels of 255, JPEG and WebP a quality; none of it where it is None."""

    blur: Span | None = None
    overshoot: Span | None = None
    noise: Span | None = None
    jpeg: Span | None = None
    webp: Span | None = None

    def always(self) -> "Damages":
        """The same, with every damage done to every picture."""
        return Damages(**{
            name: span and replace(span, chance=1.0)
            for name, span in ((field.name, getattr(self, field.name)) for field in fields(Damages))})


@dataclass(frozen=True)
class Earlier:
    """What became of a picture before it came to be as small as it is: it was resized, to so much of its size, and
    damaged."""

    resize: Span
    damages: Damages


@dataclass(frozen=True)
class Past:
    """What became of a share of the patches."""

    share: float
    earlier: Earlier | None
    damages: Damages

    def always(self) -> "Past":
        """Of every patch, with every damage."""
        earlier = self.earlier and Earlier(replace(self.earlier.resize, chance=1.0), self.earlier.damages.always())
        return Past(1.0, earlier, self.damages.always())


@dataclass(frozen=True)
class Loss:
    """How much each way to be wrong counts; losses.py has what they are."""

    pixel: float
    consistency: float
    frequency: float
    features: float
    adversarial: float


@dataclass(frozen=True)
class Sharpen:
    """An unsharp mask over what the network should make: a sigma in its pixels, and how much of what the blur took is
    added once more. Clean pictures of real things are not as sharp as people want what is made larger."""

    sigma: float
    amount: float


@dataclass(frozen=True)
class Effort:
    """What a step is on a kind of device. `patch` is the side of the network's input in pixels."""

    patch: int
    batch: int
    learning_rate: float


@dataclass(frozen=True)
class Recipe:
    """`mix` says how often each category of picture is trained on, for its area. The last of the pasts is the worst;
    `varied` lets chance choose between blurs, kernels, kinds of noise and orders of all of them."""

    name: str
    purpose: str
    shape: Shape
    mix: dict[str, float]
    pasts: tuple[Past, ...]
    varied: bool
    sharpen: Sharpen | None
    loss: Loss
    cpu: Effort
    cuda: Effort

    def effort(self, device: str) -> Effort:
        return self.cuda if device == "cuda" else self.cpu

    def damaging_always(self) -> "Recipe":
        return replace(self, pasts=(self.pasts[-1].always(),))

    def digest_text(self) -> str:
        """All of it in one line, to compare recipes by."""
        return json.dumps(asdict(self), sort_keys=True)


# Lowest and highest value of each damage that makes sense.
DAMAGES = {
    "blur": ("sigma", 0, 10), "overshoot": ("amount", 0, 3), "noise": ("sigma", 0, 100), "jpeg": ("quality", 1, 100),
    "webp": ("quality", 1, 100)}

# Less would leave nothing of a patch, more would only take time.
RESIZE = {"resize": ("scale", 0.2, 2)}

# More would look beyond what is left out around a patch.
SHARPEN_SIGMA_MAX = 1

PIXELS_ONLY = Loss(pixel=1, consistency=0, frequency=0, features=0, adversarial=0)

REQUIRED = {"name", "purpose", "trunk", "channels", "blocks", "scale", "mix", "cpu", "cuda"}
OPTIONAL = {"clean", "light", "earlier", "varied", "loss", "sharpen", *DAMAGES}


def load(path: Path) -> Recipe:
    """Reads and checks a recipe; raises Refused with what is wrong in it."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Refused(f"{path} cannot be read.") from None
    except ValueError as error:
        raise Refused(f"{path} is no JSON: {error}.") from None
    if not isinstance(values, dict):
        raise Refused(f"{path} is no recipe.")
    try:
        return _parse(values)
    except Refused as reason:
        raise Refused(f"{path}: {reason}") from None


def _parse(values: dict[str, Any]) -> Recipe:
    for name in sorted(REQUIRED - set(values)):
        raise Refused(f"\"{name}\" is missing.")
    for name in sorted(set(values) - REQUIRED - OPTIONAL):
        raise Refused(f"\"{name}\" is no key of a recipe.")
    if values["trunk"] not in TRUNKS:
        raise Refused(f"\"trunk\" must be one of {', '.join(TRUNKS)}.")
    if values["scale"] not in SCALES:
        raise Refused(f"\"scale\" must be one of {', '.join(map(str, SCALES))}.")
    channels, blocks = (int(_number(values, name, 1, 1024, whole=True)) for name in ("channels", "blocks"))
    return Recipe(
        _text(values, "name"),
        _text(values, "purpose"),
        Shape(values["trunk"], channels, blocks, values["scale"]),
        _mix(values["mix"]),
        _pasts(values),
        _truth(values, "varied"),
        _sharpen(values["sharpen"]) if "sharpen" in values else None,
        _loss(values["loss"]) if "loss" in values else PIXELS_ONLY,
        _effort(values, "cpu"),
        _effort(values, "cuda"))


def _text(values: dict[str, Any], name: str) -> str:
    if not isinstance(values[name], str) or not values[name]:
        raise Refused(f"\"{name}\" must be a text.")
    return values[name]


def _number(values: dict[str, Any], name: str, low: float, high: float, whole: bool = False) -> float:
    value = values.get(name)
    kinds = (int,) if whole else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
        raise Refused(f"\"{name}\" must be a {'whole ' if whole else ''}number from {low} to {high}.")
    return value


def _mix(mix: Any) -> dict[str, float]:
    if not isinstance(mix, dict) or not mix:
        raise Refused("\"mix\" must say how often each category is trained on.")
    return {name: _number(mix, name, 0, 1000) for name in mix}


def _truth(values: dict[str, Any], name: str) -> bool:
    if not isinstance(values.get(name, False), bool):
        raise Refused(f"\"{name}\" must be true or false.")
    return values.get(name, False)


def _pasts(values: dict[str, Any]) -> tuple[Past, ...]:
    """Patches that are clean, those that are damaged lightly, and the others, in this order."""
    clean = _number(values, "clean", 0, 1) if "clean" in values else 0
    pasts = [Past(clean, None, Damages())] if clean else []
    light = values.get("light", {"share": 0})
    if not isinstance(light, dict) or set(light) - {"share", "earlier", *DAMAGES}:
        raise Refused(f"\"light\" must have \"share\" and may have earlier, {', '.join(DAMAGES)}.")
    share = _number(light, "share", 0, 1)
    if share:
        pasts.append(_past(share, light))
    rest = 1 - clean - share
    if rest <= 0:
        raise Refused("\"clean\" and the \"share\" of \"light\" must leave some patches for what is damaged more.")
    return *pasts, _past(rest, values)


def _past(share: float, given: dict[str, Any]) -> Past:
    return Past(share, _earlier(given["earlier"]) if "earlier" in given else None, _damages(given))


def _earlier(given: Any) -> Earlier:
    if not isinstance(given, dict) or "resize" not in given or set(given) - set(DAMAGES) - set(RESIZE):
        raise Refused(f"\"earlier\" must have \"resize\" and may have {', '.join(DAMAGES)}.")
    return Earlier(_span(given, "resize", *RESIZE["resize"]), _damages(given))


def _damages(values: dict[str, Any]) -> Damages:
    return Damages(**{name: _span(values, name, *limits) for name, limits in DAMAGES.items() if name in values})


def _span(values: dict[str, Any], name: str, unit: str, low: float, high: float) -> Span:
    given = values[name]
    if not isinstance(given, dict) or set(given) - {"draw"} != {"chance", unit}:
        raise Refused(f"\"{name}\" must have \"chance\" and \"{unit}\", and may have \"draw\".")
    draw = given.get("draw", "even")
    if draw not in ("even", "log"):
        raise Refused(f"\"{name}\" must have a \"draw\" of \"even\" or \"log\".")
    ends = given[unit]
    if not isinstance(ends, list) or len(ends) != 2:
        raise Refused(f"\"{name}\" must have a \"{unit}\" of two numbers.")
    first, last = (_number({unit: end}, unit, low, high) for end in ends)
    if first > last:
        raise Refused(f"\"{name}\" must have the smaller \"{unit}\" first.")
    if draw == "log" and first <= 0:
        raise Refused(f"\"{name}\" must have a \"{unit}\" above 0, where it is drawn by its logarithm.")
    return Span(_number(given, "chance", 0, 1), first, last, draw == "log")


def _sharpen(given: Any) -> Sharpen:
    if not isinstance(given, dict) or set(given) != {"sigma", "amount"}:
        raise Refused("\"sharpen\" must have \"sigma\" and \"amount\".")
    return Sharpen(_number(given, "sigma", 0.1, SHARPEN_SIGMA_MAX), _number(given, "amount", 0, 2))


def _loss(given: Any) -> Loss:
    names = [field.name for field in fields(Loss)]
    if not isinstance(given, dict) or set(given) != set(names):
        raise Refused(f"\"loss\" must have {', '.join(names)}.")
    return Loss(*(_number(given, name, 0, 1000) for name in names))


def _effort(values: dict[str, Any], name: str) -> Effort:
    given = values[name]
    if not isinstance(given, dict) or set(given) != {"patch", "batch", "learning_rate"}:
        raise Refused(f"\"{name}\" must have \"patch\", \"batch\" and \"learning_rate\".")
    return Effort(
        int(_number(given, "patch", 8, 512, whole=True)),
        int(_number(given, "batch", 1, 1024, whole=True)),
        _number(given, "learning_rate", 1e-7, 1))
