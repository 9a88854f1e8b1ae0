"""Columns of a record from PyTorch's tensors, for the nodes that are shown."""

import mmap
from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor

from nodescope.torch.layers import Layer, picked
from nodescope.torch.uses import Use


def of_parameters(layer: Layer, shown: Tensor) -> dict[str, Tensor]:
    """Copies of a layer's weights (k, d), its biases (k,) and what the optimizer is given for them."""
    columns = {"weight": layer.by_node(layer.weight, shown)}
    if _is_told(layer.weight.grad):
        columns["weighted_delta"] = layer.by_node(layer.weight.grad, shown)
    if layer.bias is not None:
        columns["bias"] = picked(layer.bias.detach(), shown)
        if _is_told(layer.bias.grad):
            columns["bias_weighted_delta"] = picked(layer.bias.grad.detach(), shown)
    return columns


def _is_told(gradient: Tensor | None) -> TypeGuard[Tensor]:
    """Sparse ones are not: they would have to be made large."""
    return gradient is not None and not gradient.is_sparse


def of_update(before: dict[str, Tensor], layer: Layer, shown: Tensor) -> dict[str, Tensor]:
    """What an update has made of a layer's weights, and what it subtracted."""
    after, columns = of_parameters(layer, shown), {}
    for name, new, moved in (("weight", "new_weight", "alpha_delta"), ("bias", "new_bias", "bias_delta")):
        if name in after:
            columns[new], columns[moved] = after[name], before[name] - after[name]
    return columns


def of_uses(uses: list[Use]) -> dict[str, Tensor]:
    """All uses of a layer in the step that led to its loss, in their order; those columns that every use has.

    Where no delta came back from any, that cannot be told, and all of them are taken.
    """
    uses = [use for use in uses if "delta" in use.columns] or uses
    if not uses:
        return {}
    names = [name for name in ("input", "sum", "prediction", "delta") if all(name in use.columns for use in uses)]
    return {
        name: torch.cat([use.columns[name] for use in uses]) if len(uses) > 1 else uses[0].columns[name]
        for name in names
        if name != "input" or len({use.columns[name].shape[1] for use in uses}) == 1
    }


LARGE = 2**16
"""Bytes of a record that gets room of its own."""


def packed(layers: list[dict[str, Tensor]]) -> tuple[dict[str, np.ndarray[Any, Any]], ...]:
    """All columns of a record as arrays in one piece of memory.

    Records outlive the training's large temporary tensors. Between these, on the same heap, they would hinder it from ever
    being given back: eight times their own size were measured. So a large one gets pages of its own.
    """
    found = [{name: as_numpy(tensor) for name, tensor in columns.items()} for columns in layers]
    size = sum(_padded(array.nbytes) for columns in found for array in columns.values())
    room = np.frombuffer(mmap.mmap(-1, size), dtype=np.uint8) if size > LARGE else np.empty(size, dtype=np.uint8)
    at = 0
    for columns in found:
        for name, array in columns.items():
            place = room[at : at + array.nbytes].view(array.dtype).reshape(array.shape)
            place[...] = array
            columns[name] = place
            at += _padded(array.nbytes)
    return tuple(found)


def _padded(size: int) -> int:
    return -(-size // 8) * 8


def as_numpy(tensor: Tensor) -> np.ndarray[Any, Any]:
    """As an array; half precision, which NumPy has no whole of, as float32."""
    wide = tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
    array: np.ndarray[Any, Any] = wide.cpu().numpy()
    return array
