"""Writes the network of a checkpoint as an ONNX file: averaged, collapsed to plain convolutions, and checked.

    python3 export.py RUN/checkpoint.pt photo-fast_x4.onnx --half
"""

import argparse
import inspect
import json
import os
import warnings
from pathlib import Path
from typing import Any

import numpy
import onnx
import torch
from onnx import numpy_helper

import checkpoint as checkpoints
import growing
from failures import Refused, run
from networks import EnlargingNetwork, collapse, multiplications, parameters
from onnx_graph import HALF_ENDING, OnnxNetwork

OPSET = 17

# Samples run from 0 to 1. A thousandth of a level of 255 would be 4e-6; this is rounding in single precision.
DIFFERENCE_MAX = 1e-5

# Weights of half precision change results by parts of a level.
DIFFERENCE_HALF_MAX = 1 / 255


def main() -> None:
    arguments = _arguments()
    values = checkpoints.load(arguments.checkpoint)
    plain, facts = collapse(checkpoints.average_network(values)), describe(values)
    if arguments.towards is not None:
        blend(plain, growing.read_plain(arguments.towards), arguments.amount)
        facts |= {"towards": towards(arguments.towards), "amount": f"{arguments.amount:g}"}
    difference = write(plain, arguments.file, arguments.half, facts)
    print(f"{arguments.file}: {arguments.file.stat().st_size} bytes, {parameters(plain)} parameters, "
          f"{multiplications(plain)} multiplications for each pixel of the input, "
          f"depends on {plain.reach} pixels to each side; differs from PyTorch by {difference:.1e}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Writes the network of a checkpoint as an ONNX file.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--half", action="store_true", help="store weights in 16 bits, for half the bytes")
    parser.add_argument("--towards", type=Path, help="a network of the same shape to mix in, a checkpoint or ONNX file")
    parser.add_argument("--amount", type=float, default=0.5, help="how much of it, 0 to 1; 0.5 without it")
    return parser.parse_args()


def blend(network: EnlargingNetwork, given: growing.Weights, amount: float) -> None:
    """Moves the weights of a collapsed network towards those of another one, which was trained on from it or from the
    same beginnings: what lies between is then a network too (Wang and others, "Deep network interpolation for
    continuous imagery effect transition", 2019). Between the wide forms there may be none, since the branches of a
    network that was begun from another have nothing to do with those of that one."""
    if not 0 <= amount <= 1:
        raise Refused("--amount must be from 0 to 1.")
    own = network.state_dict()
    if {name: value.shape for name, value in given.items()} != {name: value.shape for name, value in own.items()}:
        raise Refused("The two networks have different shapes.")
    network.load_state_dict({name: torch.lerp(own[name], given[name], amount) for name in own})


def describe(values: dict[str, Any]) -> dict[str, str]:
    """What a reader of the file may want to know of its making."""
    recipe = json.loads(values["recipe"])
    return {
        "recipe": recipe["name"], "purpose": recipe["purpose"], "steps": str(values["step"]),
        "seed": str(values["seed"]), "data": values["data"]}


def towards(path: Path) -> str:
    """What the other network was made by, in one line."""
    if path.suffix == ".onnx":
        return f"the file {path.name}"
    return ", ".join(f"{name} {value}" for name, value in describe(checkpoints.load(path)).items() if name != "purpose")


def write(network: EnlargingNetwork, path: Path, half: bool, description: dict[str, str]) -> float:
    """Writes a collapsed network, and returns by how much its file, run on its own, differs from it."""
    partial = path.with_name(path.name + ".part")
    try:
        _export(network, partial)
        model = onnx.load(str(partial))
        if half:
            _halve_weights(model.graph)
        onnx.helper.set_model_props(model, description)
        onnx.checker.check_model(model)
        onnx.save(model, str(partial))
        difference = _difference(network, partial)
        if not difference <= (DIFFERENCE_HALF_MAX if half else DIFFERENCE_MAX):
            raise Refused(f"The exported network differs from PyTorch by {difference:.1e} and was not kept.")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return difference


def _export(network: EnlargingNetwork, path: Path) -> None:
    options: dict[str, Any] = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        # The newer exporter of PyTorch 2 needs packages that the older one does without.
        options["dynamo"] = False
    with warnings.catch_warnings():
        # It warns of what it will do to shapes that are not known; the result is checked below.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, torch.zeros(1, 3, 32, 48), str(path), opset_version=OPSET, input_names=["input"],
            output_names=["output"], dynamic_axes={
                "input": {2: "height", 3: "width"}, "output": {2: "out_height", 3: "out_width"}}, **options)


def _halve_weights(graph: onnx.GraphProto) -> None:
    """Stores kernels in half precision, each behind a Cast that every runtime folds away. The rest is too small."""
    casts = []
    for item in graph.initializer:
        if len(item.dims) != 4:
            continue
        name = item.name
        weights = numpy_helper.to_array(item).astype(numpy.float16)
        item.CopyFrom(numpy_helper.from_array(weights, name + HALF_ENDING))
        casts.append(onnx.helper.make_node("Cast", [name + HALF_ENDING], [name], to=onnx.TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


@torch.no_grad()
def _difference(network: EnlargingNetwork, path: Path) -> float:
    """The largest difference on noise, of a size that the exporter has not seen."""
    noise = torch.rand(1, 3, 37, 29, generator=torch.Generator().manual_seed(1))
    return (network(noise) - OnnxNetwork(path)(noise)).abs().max().item()


if __name__ == "__main__":
    run(main)
