"""How a network begins with the weights of another one: of the same trunk, as wide or narrower."""

import torch

# The 1x1 convolution of a span trunk reads this many sets of channels, one after the other.
JOINED = 3

Weights = dict[str, torch.Tensor]


def fitting(own: Weights, given: Weights) -> Weights:
    """Those tensors of `own` that `given` has something for, with it in them; a head of another scale is left out.

    A wider network then gives exactly what the narrow one gave (after Chen, Goodfellow and Shlens, "Net2Net", 2016):
    its first channels are the narrow one's, and nothing of the others reaches them. The others keep what chance gave
    them, so that no two are alike, and training lets in what it finds useful of them.
    """
    shared = {name: own[name] for name in own if name in given}
    if any(_is_head(name) and len(given[name]) != len(value) for name, value in shared.items()):
        # Outputs of a head are places in a square of pixels, which mean something else at another scale.
        shared = {name: value for name, value in shared.items() if not _is_head(name)}
    widened = {name: _widened(name, value, given[name]) for name, value in shared.items()}
    return {name: value for name, value in widened.items() if value is not None}


def _is_head(name: str) -> bool:
    return name.startswith("tail.")


def _widened(name: str, own: torch.Tensor, given: torch.Tensor) -> torch.Tensor | None:
    """`given` in the first outputs of `own`, which read no others than those of `given`; None where it is larger."""
    if own.dim() != given.dim() or any(new < old for new, old in zip(own.shape, given.shape)):
        return None
    widened = own.clone()
    if name.endswith("edge_gains"):
        # One row for each filter.
        widened[:, :given.shape[1]] = given
    elif own.dim() == 1:
        widened[:len(given)] = given
    else:
        sets = JOINED if name == "trunk.join.weight" and given.shape[1] == JOINED * given.shape[0] else 1
        places = torch.arange(given.shape[1]).view(sets, -1)
        places = places + (torch.arange(sets) * ((own.shape[1] - given.shape[1]) // sets))[:, None]
        widened[:len(given)] = 0
        widened[:len(given), places.flatten()] = given
    return widened
