"""How the weights of a network follow their slopes."""

import torch

# By how much faster than the others, which follow Adam, the kernels move. README.md has the trials.
KERNEL_GAIN = 4.0

# Of a matrix whose rows are orthogonal the values are small; times the root of its longer side and this, they are as
# large as Adam's steps are (Liu and others, "Muon is scalable for LLM training", 2025).
ADAM_SIZE = 0.2

MOMENTUM = 0.95

# Of the fifth-degree polynomial that drives singular values towards 1, from Jordan's "Muon", 2024.
QUINTIC = (3.4445, -4.7750, 2.0315)
QUINTIC_ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """Moves every kernel, taken as a matrix of outputs by inputs, by the orthogonal matrix nearest to the average of
    its slopes, so that the directions that change little, which fine detail needs, are learnt as fast as the others
    (Jordan, "Muon: an optimizer for hidden layers in neural networks", 2024). Biases and gains are left to Adam.
    """

    def __init__(self, parameters, learning_rate: float):
        super().__init__(parameters, {"lr": learning_rate, "betas": (0.9, 0.999), "eps": 1e-8})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            alike: dict[tuple[int, int], list[torch.Tensor]] = {}
            for parameter in group["params"]:
                if parameter.dim() == 4:
                    alike.setdefault((parameter.shape[0], parameter.numel()), []).append(parameter)
                else:
                    self._move_as_adam(parameter, group)
            for kernels in alike.values():
                self._move(kernels, group["lr"])

    def _move(self, kernels: list[torch.Tensor], learning_rate: float) -> None:
        """Moves kernels that are matrices of one size."""
        slopes = [kernel.grad for kernel in kernels]
        averages = [self._kept(kernel, "average") for kernel in kernels]
        for average, slope in zip(averages, slopes):
            average.lerp_(slope, 1 - MOMENTUM)
        # One step ahead, after Nesterov.
        ahead = torch.stack([slope.lerp(average, MOMENTUM).flatten(1) for slope, average in zip(slopes, averages)])
        directions = orthogonal(ahead)
        size = learning_rate * KERNEL_GAIN * ADAM_SIZE * max(directions.shape[1:]) ** 0.5
        for kernel, direction in zip(kernels, directions):
            kernel.sub_(direction.view_as(kernel), alpha=size)

    def _move_as_adam(self, parameter: torch.Tensor, group: dict) -> None:
        average, squares = (self._kept(parameter, name) for name in ("average", "squares"))
        first, second = group["betas"]
        # A tensor, as checkpoints have, but on the CPU, where reading it waits for nothing.
        step = self.state[parameter].setdefault("step", torch.zeros(()))
        step += 1
        count = step.item()
        average.lerp_(parameter.grad, 1 - first)
        squares.mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
        root = (squares / (1 - second ** count)).sqrt_().add_(group["eps"])
        parameter.addcdiv_(average, root, value=-group["lr"] / (1 - first ** count))

    def _kept(self, parameter: torch.Tensor, name: str) -> torch.Tensor:
        state = self.state[parameter]
        if name not in state:
            state[name] = torch.zeros_like(parameter)
        return state[name]


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Matrices with the same singular vectors, whose singular values lie about 1: [N, rows, columns].

    Each round would multiply x by a polynomial of x x'. As all of these are polynomials of the first one, only that one
    is made from x, and only their product is multiplied by it.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-12)
    linear, cubic, quintic = QUINTIC
    one = torch.eye(x.shape[1], device=x.device, dtype=x.dtype)
    square, product = x @ x.mT, one
    for _ in range(QUINTIC_ROUNDS):
        factor = linear * one + cubic * square + quintic * square @ square
        square, product = factor @ square @ factor, factor @ product
    x = product @ x
    return x.mT if tall else x
