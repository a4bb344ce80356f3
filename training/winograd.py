"""Convolutions of 3x3 for training on a CPU, in the C of `winograd.c`, on one thread: a step takes half of the time
that it takes with those of PyTorch 1.13. Where there is no compiler for it, or there are many threads, PyTorch's do."""

import ctypes
import functools
import subprocess
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable

SOURCE = Path(__file__).with_name("winograd.c")

# The C takes channels by so many; others are filled up with zeros.
CHANNELS = 16

# A second thread makes PyTorch's convolutions faster by a quarter; with more of them they overtake these.
THREADS_MAX = 2


def available() -> bool:
    return _library() is not None


def conv3x3(x: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """`F.conv2d(x, kernel, bias, padding=1)`, but for rounding."""
    if not _takes(x) or not _takes(kernel) or torch.get_num_threads() > THREADS_MAX or not available():
        return F.conv2d(x, kernel, bias, padding=1)
    outputs, inputs = kernel.shape[:2]
    more_outputs, more_inputs = -outputs % CHANNELS, -inputs % CHANNELS
    if more_inputs:
        x = F.pad(x, (0, 0, 0, 0, 0, more_inputs))
    if more_inputs or more_outputs:
        kernel = F.pad(kernel, (0, 0, 0, 0, 0, more_inputs, 0, more_outputs))
        bias = F.pad(bias, (0, more_outputs))
    result = _Convolution.apply(x, kernel, bias)
    return result[:, :outputs] if more_outputs else result


def _takes(x: torch.Tensor) -> bool:
    return x.device.type == "cpu" and x.dtype == torch.float32


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(context, x, kernel, bias):
        x = x.contiguous(memory_format=torch.channels_last)
        context.save_for_backward(x, kernel)
        return _convolve(x, kernel, bias.contiguous())

    @staticmethod
    @once_differentiable
    def backward(context, slopes):
        x, kernel = context.saved_tensors
        slopes = slopes.contiguous(memory_format=torch.channels_last)
        by_input = by_kernel = None
        if context.needs_input_grad[0]:
            by_input = _convolve(slopes, kernel.flip(2, 3).transpose(0, 1), None)
        if context.needs_input_grad[1]:
            by_kernel = _kernel_slopes(x, slopes)
        return by_input, by_kernel, slopes.sum((0, 2, 3))


def _convolve(x: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    outputs, inputs = kernel.shape[:2]
    result = torch.empty((x.shape[0], outputs, *x.shape[2:]), memory_format=torch.channels_last)
    _call("convolve", (x, _as_rows(kernel), bias, result), (x.shape[0], *x.shape[2:], inputs, outputs))
    return result


def _kernel_slopes(x: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    inputs, outputs = x.shape[1], slopes.shape[1]
    result = torch.empty(3, 3, inputs, outputs)
    _call("convolve_kernel_slopes", (x, slopes, result), (x.shape[0], *x.shape[2:], inputs, outputs))
    return result.permute(3, 2, 0, 1)


def _as_rows(kernel: torch.Tensor) -> torch.Tensor:
    return kernel.permute(2, 3, 1, 0).contiguous()


def _call(name: str, tensors: tuple[torch.Tensor | None, ...], sizes: tuple[int, ...]) -> None:
    pointers = [ctypes.c_void_p(None if tensor is None else tensor.data_ptr()) for tensor in tensors]
    if getattr(_library(), name)(*pointers, *map(ctypes.c_long, sizes)) != 0:
        raise MemoryError


@functools.lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    # Made anew by each process, as it is for this very processor and takes a second.
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "winograd.so")
            command = ["cc", "-O3", "-march=native", "-shared", "-fPIC", str(SOURCE), "-o", str(path)]
            subprocess.run(command, check=True, capture_output=True, text=True)
            return ctypes.CDLL(str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        print(f"Steps will take twice the time, as {SOURCE.name} could not be compiled: {reason.strip()}", flush=True)
        return None
