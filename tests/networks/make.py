"""Writes NAME.onnx and NAME.input.bin for every network of families.py. See README.md."""

import pathlib
import struct

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import families

SEED = 20260101
FOLDER = pathlib.Path(__file__).parent

# Name: network, opset, and the input's channels, height and width. Odd sizes where the network permits them; small
# ones where it enlarges much, for the result is stored, too.
NETWORKS = {
    "compact_x4": (lambda: families.Compact(), 17, (3, 11, 9)),
    "compact_x2_fp16": (lambda: families.Compact(scale=2), 17, (3, 17, 15)),
    "espcn_x3": (lambda: families.Espcn(), 13, (3, 9, 13)),
    "fsrcnn_x3": (lambda: families.Fsrcnn(), 11, (1, 15, 14)),
    "edsr_x2": (lambda: families.Edsr(), 11, (3, 15, 19)),
    "esrgan_x4": (lambda: families.Esrgan(), 9, (3, 9, 10)),
    "esrgan_x2": (lambda: families.Esrgan(families.ViewUnshuffle(), 2), 11, (3, 18, 14)),
    "esrgan_x1": (lambda: families.Esrgan(torch.nn.PixelUnshuffle(4), 4, 6), 13, (3, 28, 20)),
    "span_x2": (lambda: families.Span(), 17, (3, 17, 13)),
    "cunet_x2": (lambda: families.Cunet(), 13, (3, 18, 20)),
    "imdn_x2": (lambda: families.Imdn(), 13, (3, 13, 18)),
    "ecbsr_x2": (lambda: families.Ecbsr(), 11, (1, 17, 23)),
    "srresnet_x2": (lambda: families.Srresnet(), 17, (3, 13, 17)),
}


def export(name, make, opset, shape):
    torch.manual_seed(SEED)
    network = make().eval()
    fill(network)
    picture = torch.rand((1, *shape))
    path = FOLDER / f"{name}.onnx"
    torch.onnx.export(
        network, picture, str(path), opset_version=opset, input_names=["input"], output_names=["output"],
        dynamic_axes={"input": {2: "height", 3: "width"}, "output": {2: "height_out", 3: "width_out"}})
    model = onnx.load(path)
    if name.endswith("_fp16"):
        halve(model.graph)
    # The trace holds the paths of the machine that made it.
    for node in model.graph.node:
        node.ClearField("doc_string")
    onnx.checker.check_model(model)
    onnx.save(model, path)
    with open(FOLDER / f"{name}.input.bin", "wb") as file:
        file.write(struct.pack("<3i", *shape))
        file.write(picture.numpy().astype("<f4").tobytes())


def fill(network):
    """Draws the weights so that the signal neither fades nor grows on its way; PyTorch's own let it fade."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)) and module.weight.requires_grad:
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.uniform_(module.bias, -0.1, 0.1)
        elif isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, -0.2, 0.4)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0.0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.1)


def halve(graph):
    """Turns weights and arithmetic into float16, between two casts; the common way to make model files smaller."""
    weights = {name for node in graph.node if node.op_type in ("Conv", "PRelu") for name in node.input[1:]}
    for tensor in graph.initializer:
        if tensor.name in weights:
            half = numpy_helper.to_array(tensor).astype(numpy.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = "input_fp16" if name == "input" else name
        for i, name in enumerate(node.output):
            node.output[i] = "output_fp16" if name == "output" else name
    graph.node.insert(0, helper.make_node("Cast", ["input"], ["input_fp16"], "cast_input", to=TensorProto.FLOAT16))
    graph.node.append(helper.make_node("Cast", ["output_fp16"], ["output"], "cast_output", to=TensorProto.FLOAT))
    del graph.value_info[:]


if __name__ == "__main__":
    for name, (make, opset, shape) in NETWORKS.items():
        export(name, make, opset, shape)
