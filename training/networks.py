"""The networks: trunks of plain 3x3 convolutions, wide while they are trained and plain where they run.

All take RGB from 0 to 1, [N, 3, H, W], and give [N, 3, scale H, scale W]: the picture enlarged by nearest neighbour,
plus what the network adds to it.
"""

import copy
import functools
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F
from torch import nn

from failures import Refused
from winograd import conv3x3

SCALES = (1, 2, 3, 4)


@dataclass(frozen=True)
class Shape:
    """What a network looks like. `blocks` are convolutions for the plain trunks, groups of three for the others."""

    trunk: str
    channels: int
    blocks: int
    scale: int


class WideConv(nn.Module):
    """A 3x3 convolution that is trained as the sum of several (Zhang, Zeng and Zhang, "Edge-oriented convolution block
    for real-time super resolution on mobile devices", 2021): itself, a wider one between two of 1x1, three edge filters
    behind a 1x1, and the identity.

    All of them are linear, so their sum is one 3x3 kernel. It is computed from the branches at every step, before the
    convolution instead of after it, which gives the same gradients for the time of a plain network. Only the last bias
    of each branch is kept: an inner one would not collapse exactly where the picture is padded with zeros.
    """

    WIDTH = 2

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        wide = self.WIDTH * outputs
        self.plain = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.expand = nn.Conv2d(inputs, wide, 1, bias=False)
        self.middle = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
        self.squeeze = nn.Conv2d(wide, outputs, 1, bias=False)
        self.edges = nn.ModuleList([nn.Conv2d(inputs, outputs, 1, bias=False) for _ in range(3)])
        self.edge_gains = nn.Parameter(torch.full((3, outputs), 0.01))
        self.register_buffer("masks", _edge_masks(), persistent=False)
        self.identity = inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return conv3x3(x, self.kernel(), self.plain.bias)

    def kernel(self) -> torch.Tensor:
        """The sum of the branches: [outputs, inputs, 3, 3]."""
        # Sums of products lose too much in bfloat16.
        with torch.autocast(self.plain.weight.device.type, enabled=False):
            outputs, inputs = self.plain.weight.shape[:2]
            expand, squeeze = self.expand.weight.flatten(1), self.squeeze.weight.flatten(1)
            # As products of matrices that lie in memory row by row, which are several times faster than others.
            middle = (squeeze @ self.middle.weight.flatten(1)).view(outputs, -1, 9)
            middle = middle.transpose(1, 2).reshape(9 * outputs, -1) @ expand
            edges = torch.stack([edge.weight.flatten(1) for edge in self.edges]) * self.edge_gains[:, :, None]
            edges = edges.flatten(1).t() @ self.masks.flatten(1)
            kernel = middle.view(outputs, 9, inputs).transpose(1, 2) + edges.view(outputs, inputs, 9)
            kernel = self.plain.weight + kernel.reshape(outputs, inputs, 3, 3)
            if self.identity:
                centre = torch.eye(outputs, device=kernel.device)[:, :, None, None]
                kernel = kernel + F.pad(centre, (1, 1, 1, 1))
            return kernel

    def branches(self, x: torch.Tensor) -> torch.Tensor:
        """The same, branch by branch: what `forward` must equal, for tests."""
        y = self.plain(x) + self.squeeze(self.middle(self.expand(x)))
        for edge, gains, mask in zip(self.edges, self.edge_gains, self.masks):
            projected = edge(x)
            kernels = mask.expand(projected.shape[1], 1, 3, 3)
            y = y + gains[:, None, None] * F.conv2d(projected, kernels, padding=1, groups=projected.shape[1])
        return y + x if self.identity else y

    def collapse(self) -> nn.Conv2d:
        """The plain convolution that it is."""
        plain = copy.deepcopy(self.plain)
        with torch.no_grad():
            plain.weight.copy_(self.kernel())
        return plain


def _edge_masks() -> torch.Tensor:
    """Sobel across, Sobel down and Laplace: [3, 3, 3]."""
    across = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    laplace = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])
    return torch.stack([across, across.t().contiguous(), laplace])


Conv3x3 = Callable[[int, int], nn.Module]


def plain_conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class ChainTrunk(nn.Sequential):
    """Convolutions in a row with PReLU between, as SRVGG (Wang, Xie, Dong and Shan, "Real-ESRGAN", 2021) has them; with
    wide convolutions it is ECBSR."""

    def __init__(self, channels: int, blocks: int, conv: Conv3x3):
        layers: list[nn.Module] = []
        for inputs in [3] + [channels] * blocks:
            layers += [conv(inputs, channels), nn.PReLU(channels)]
        super().__init__(*layers)
        self.depth = blocks + 1
        self.outputs = channels


class PointwiseConv(nn.Conv2d):
    """A 1x1 convolution, as a product of matrices."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x.permute(0, 2, 3, 1), self.weight.flatten(1), self.bias).permute(0, 3, 1, 2)

    def collapse(self) -> nn.Conv2d:
        """The same in one operator."""
        plain = nn.Conv2d(self.in_channels, self.out_channels, 1).to(self.weight)
        plain.load_state_dict(self.state_dict())
        return plain


class SpanBlock(nn.Module):
    """Three convolutions whose result, without any further weights, decides how much of itself is kept."""

    def __init__(self, channels: int, conv: Conv3x3):
        super().__init__()
        self.first, self.second, self.third = (conv(channels, channels) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.leaky_relu(self.second(F.leaky_relu(self.first(x), 0.1)), 0.1)
        y = self.third(y)
        return (y + x) * (torch.sigmoid(y) - 0.5)


class SpanTrunk(nn.Module):
    """After Wan and others, "Swift parameter-free attention network for efficient super-resolution", 2024. Rectifiers
    take the place of SiLU, which costs a pass over memory for each convolution.

    Early and late features are joined to as many as a block has; or the head is given them side by side. It then needs
    no neighbours, and what that saves pays for another block.
    """

    def __init__(self, channels: int, blocks: int, conv: Conv3x3, joined: bool = True):
        super().__init__()
        self.first = conv(3, channels)
        self.blocks = nn.ModuleList([SpanBlock(channels, conv) for _ in range(blocks)])
        self.last = conv(channels, channels)
        self.join = PointwiseConv(3 * channels, channels) if joined else nn.Identity()
        self.depth = 2 + 3 * blocks
        self.outputs = channels if joined else 3 * channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.first(x)
        y = early = self.blocks[0](first)
        for block in list(self.blocks)[1:]:
            y = block(y)
        return self.join(torch.cat([first, early, self.last(y)], 1))


class ResidualBlock(nn.Module):
    def __init__(self, channels: int, conv: Conv3x3):
        super().__init__()
        self.convs = nn.ModuleList([conv(channels, channels) for _ in range(3)])
        self.join = PointwiseConv(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for conv in self.convs:
            y = F.leaky_relu(conv(y), 0.05)
        return self.join(y + x)


class ResidualTrunk(nn.Module):
    """After Kong and others, "Residual local feature network for efficient super-resolution", 2022, without its
    attention, which pools over the picture and would need far larger halos around tiles."""

    def __init__(self, channels: int, blocks: int, conv: Conv3x3):
        super().__init__()
        self.first = conv(3, channels)
        self.blocks = nn.Sequential(*[ResidualBlock(channels, conv) for _ in range(blocks)])
        self.last = conv(channels, channels)
        self.depth = 2 + 3 * blocks
        self.outputs = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.first(x)
        return first + self.last(self.blocks(first))


@dataclass(frozen=True)
class Design:
    """A trunk, what its convolutions of 3x3 are, and what the head is."""

    trunk: Callable[[int, int, Conv3x3], nn.Module]
    conv: Conv3x3
    head: Callable[[int, int], nn.Module]


TRUNKS = {
    "srvgg": Design(ChainTrunk, plain_conv, plain_conv),
    "ecbsr": Design(ChainTrunk, WideConv, WideConv),
    "span": Design(SpanTrunk, WideConv, WideConv),
    "span1x1": Design(functools.partial(SpanTrunk, joined=False), WideConv, PointwiseConv),
    "rlfn": Design(ResidualTrunk, WideConv, WideConv),
}


class EnlargingNetwork(nn.Module):
    """A trunk, and a convolution, the head, that makes the samples of the larger picture from its features."""

    def __init__(self, shape: Shape):
        super().__init__()
        if shape.trunk not in TRUNKS:
            raise Refused(f"There is no trunk \"{shape.trunk}\"; there are {', '.join(TRUNKS)}.")
        if shape.scale not in SCALES:
            raise Refused(f"There is no head for scale {shape.scale}; there are {', '.join(map(str, SCALES))}.")
        design = TRUNKS[shape.trunk]
        self.scale = shape.scale
        self.trunk = design.trunk(shape.channels, shape.blocks, design.conv)
        self.tail = design.head(self.trunk.outputs, 3 * shape.scale ** 2)
        # How many pixels of the input to each side a pixel of the result depends on.
        self.reach = self.trunk.depth + (0 if design.head is PointwiseConv else 1)
        if isinstance(self.tail, WideConv):
            # Features are no samples of the result, even where there are as many of them.
            self.tail.identity = False
        # It starts close to adding nothing, so that training need not first undo what chance adds.
        with torch.no_grad():
            for parameter in self.tail.parameters():
                parameter.mul_(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.tail(self.trunk(x))
        if self.scale == 1:
            return x + y
        nearest = F.interpolate(x, scale_factor=float(self.scale), mode="nearest")
        return F.pixel_shuffle(y, self.scale) + nearest


def collapse(network: EnlargingNetwork) -> EnlargingNetwork:
    """A copy in which every convolution is the plain one that it amounts to; equal within rounding."""
    plain = copy.deepcopy(network)
    for module in list(plain.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, (WideConv, PointwiseConv)):
                setattr(module, name, child.collapse())
    return plain


def multiplications(network: EnlargingNetwork) -> int:
    """Multiplications for each pixel of the input, of a collapsed network: all its convolutions run at that size."""
    return sum(module.weight.numel() for module in network.modules() if isinstance(module, nn.Conv2d))


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
