"""Runs an ONNX file with PyTorch, operator by operator: a judge of what was exported that shares nothing with the
exporter, and a way to measure any network file where there is no ONNX runtime."""

from functools import partial
from pathlib import Path
from typing import Any, Callable

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from failures import Refused

Inputs = list[Any]

# Ends the names of weights that are stored in 16 bits, beside the ones that are computed with.
HALF_ENDING = ".half"


class OnnxNetwork:
    """A network file of the operators that ours are made of. Calling it takes and gives [N, 3, H, W]."""

    def __init__(self, path: Path, repeats_edges: bool = False):
        """Where convolutions pad, they see zeros, or the outermost pixels again as when Enlarger enlarges."""
        try:
            model = onnx.load(str(path))
            onnx.checker.check_model(model)
        except Exception:
            # The parser of protobuf and the checker have many kinds of errors, all of which mean this.
            raise Refused(f"{path} is no ONNX file, or is damaged.") from None
        self._graph = model.graph
        self._operators = OPERATORS | {"Conv": partial(_conv, mode="replicate" if repeats_edges else "constant")}
        self._constants = {item.name: _tensor(item) for item in self._graph.initializer}
        unknown = sorted({node.op_type for node in self._graph.node} - set(OPERATORS) - {"Constant"})
        if unknown:
            raise Refused(f"{path} has the operator {unknown[0]}, which cannot be run here.")
        self.scale = self(torch.zeros(1, 3, 16, 16)).shape[-1] // 16

    def double(self) -> "OnnxNetwork":
        """From now on it computes in double precision, for inputs that are; returns itself."""
        self._constants = {
            name: value.double() if value.is_floating_point() else value for name, value in self._constants.items()}
        return self

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        values: dict[str, Any] = {**self._constants, "": None, self._graph.input[0].name: x}
        for node in self._graph.node:
            attributes = {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}
            if node.op_type == "Constant":
                values[node.output[0]] = _tensor(attributes["value"])
            else:
                inputs = [values[name] for name in node.input]
                values[node.output[0]] = self._operators[node.op_type](inputs, attributes)
        return values[self._graph.output[0].name]

    def weights(self) -> dict[str, torch.Tensor]:
        """Kernels and biases by their names, without the ending that those of half precision have."""
        return {name.removesuffix(HALF_ENDING): value.float() for name, value in self._constants.items()}


def _tensor(proto: onnx.TensorProto) -> torch.Tensor:
    return torch.from_numpy(numpy_helper.to_array(proto).copy())


def _conv(inputs: Inputs, attributes: dict[str, Any], mode: str = "constant") -> torch.Tensor:
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    x = F.pad(inputs[0], (left, right, top, bottom), mode)
    return F.conv2d(x, inputs[1], inputs[2] if len(inputs) > 2 else None)


def _prelu(inputs: Inputs, _: dict[str, Any]) -> torch.Tensor:
    return torch.where(inputs[0] < 0, inputs[0] * inputs[1], inputs[0])


def _leaky_relu(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    return F.leaky_relu(inputs[0], attributes.get("alpha", 0.01))


def _depth_to_space(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    if attributes.get("mode", b"DCR") != b"CRD":
        raise Refused("Only a DepthToSpace of mode CRD can be run here.")
    return F.pixel_shuffle(inputs[0], attributes["blocksize"])


def _resize(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    if attributes.get("mode", b"nearest") != b"nearest":
        raise Refused("Only a Resize to the nearest pixel can be run here.")
    return F.interpolate(inputs[0], scale_factor=float(inputs[2][-1]), mode="nearest")


def _cast(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    if attributes["to"] != onnx.TensorProto.FLOAT:
        raise Refused("Only a Cast to float can be run here.")
    # Weights are stored in 16 bits; a network that computes in double precision has them wider already.
    return inputs[0] if inputs[0].dtype == torch.float64 else inputs[0].float()


OPERATORS: dict[str, Callable[[Inputs, dict[str, Any]], torch.Tensor]] = {
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "Cast": _cast,
    "Concat": lambda inputs, attributes: torch.cat(inputs, attributes["axis"]),
    "Conv": _conv,
    "DepthToSpace": _depth_to_space,
    # The exporter stores constants that are equal once, and names them with this.
    "Identity": lambda inputs, _: inputs[0],
    "LeakyRelu": _leaky_relu,
    "Mul": lambda inputs, _: inputs[0] * inputs[1],
    "PRelu": _prelu,
    "Relu": lambda inputs, _: inputs[0].relu(),
    "Resize": _resize,
    "Sigmoid": lambda inputs, _: inputs[0].sigmoid(),
    "Sub": lambda inputs, _: inputs[0] - inputs[1],
}
