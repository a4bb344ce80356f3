"""How a network begins with the weights of another one: of the same trunk, as wide or narrower."""

from pathlib import Path

import torch

import checkpoint as checkpoints
from failures import Refused
from networks import EnlargingNetwork, WideConv, collapse
from onnx_graph import OnnxNetwork

Weights = dict[str, torch.Tensor]


def read_plain(path: Path) -> Weights:
    """The weights of a collapsed network, by the names that they have in PyTorch, from a checkpoint or an ONNX file."""
    if path.suffix == ".onnx":
        return OnnxNetwork(path).weights()
    return collapse(checkpoints.average_network(checkpoints.load(path))).state_dict()


def begin(network: EnlargingNetwork, given: Weights) -> list[str]:
    """Puts the weights of a collapsed network where they fit; returns the names of those that did. A head of another
    scale does not.

    A wider network then gives exactly what the narrow one gave (after Chen, Goodfellow and Shlens, "Net2Net", 2016):
    its first channels are the narrow one's, and nothing of the others reaches them. The others keep what chance gave
    them, so that no two are alike, and training lets in what it finds useful of them.
    """
    own = collapse(network).state_dict()
    shared = [name for name in own if name in given]
    if any(_is_head(name) and len(given[name]) != len(own[name]) for name in shared):
        # Outputs of a head are places in a square of pixels, which mean something else at another scale.
        shared = [name for name in shared if not _is_head(name)]
    shared = [name for name in shared if _sets(name, given) == _sets(name, own)]
    widened = {name: _widened(own[name], given[name], _sets(name, given)) for name in shared}
    fitting = {name: value for name, value in widened.items() if value is not None}
    with torch.no_grad():
        for name, value in fitting.items():
            path, kind = name.rsplit(".", 1)
            module = network.get_submodule(path)
            # The plain branch makes up for what chance gave the others.
            target = getattr(module.plain if isinstance(module, WideConv) else module, kind)
            target += value - own[name]
    return list(fitting)


def _is_head(name: str) -> bool:
    return name.startswith("tail.")


def _sets(name: str, weights: Weights) -> int:
    """How many maps a convolution reads side by side; those that read several are of 1x1."""
    if weights[name].shape[2:] != (1, 1) or "trunk.first.weight" not in weights:
        return 1
    return weights[name].shape[1] // len(weights["trunk.first.weight"])


def _widened(own: torch.Tensor, given: torch.Tensor, sets: int) -> torch.Tensor | None:
    """`given` in the first outputs of `own`, which read no others than those of `given`, in each of so many sets; None
    where it is larger."""
    if own.dim() != given.dim() or any(new < old for new, old in zip(own.shape, given.shape)):
        return None
    widened = own.clone()
    if own.dim() == 1:
        widened[:len(given)] = given
        return widened
    places = torch.arange(given.shape[1]).view(sets, -1)
    places = places + (torch.arange(sets) * ((own.shape[1] - given.shape[1]) // sets))[:, None]
    widened[:len(given)] = 0
    widened[:len(given), places.flatten()] = given.to(own)
    return widened
