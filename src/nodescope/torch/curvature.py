"""How sharply the loss of one step bends, as the optimizer feels it: the rate beyond which small moves grow.

The loss's own graph is used before its `backward`: gradients of gradients (Pearlmutter 1994), no further forward pass. Along an
eigenvector of P⁻¹H, for a Hessian H and what the optimizer divides by P, a step multiplies the distance by 1 − alpha λ: the limit
follows from λ as `theory/limits.py` says (Cohen et al. 2021, appendix B; Cohen et al. 2022, "Adaptive gradient methods at the edge
of stability", section 2).
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.run.recorded import Curvature
from nodescope.theory.limits import limit_times_curvature
from nodescope.theory.sharpness import largest_eigenvalue
from nodescope.torch.model import rate_of

Floats = NDArray[np.float64]
MOST_PARAMETERS = 250_000
"""Whose curvature is looked at: beyond that it would take more memory than the records may."""
TURNS, SURE = 16, 1e-3


def bend_of(
    model: nn.Module, optimizer: Optimizer, loss: Tensor, step: int, layers: list[Any], parts: float = 1.0
) -> Curvature | str | None:
    """Curvature at this step; why there is none; or None where it can be had at a later step.

    `parts` is how many such losses make one step (gradient accumulation; they are taken to be alike), less what each was scaled by.
    """
    reason = _reason_against(model, optimizer)
    if reason:
        return reason
    parameters = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    if not rate_of(optimizer):
        return None
    scale = _scale(optimizer)
    try:
        gradients = torch.autograd.grad(loss, parameters, create_graph=True, allow_unused=True)
        if all(g is None for g in gradients):
            return None  # another model's loss
        if any(g is not None and s is None for g, s in zip(gradients, scale, strict=True)):
            return None  # not yet
        used = [(p, g, s) for p, g, s in zip(parameters, gradients, scale, strict=True) if g is not None and g.requires_grad]
        if not used:
            return "curvature: the loss has none (it is a straight line in every parameter)"

        def times(flat: Floats) -> Floats:
            vectors = _split(flat, used)
            products = torch.autograd.grad(
                [g for _, g, _ in used], [p for p, _, _ in used], vectors, retain_graph=True, allow_unused=True
            )
            return np.concatenate(
                [
                    (torch.zeros_like(p) if h is None else h.to_dense()).detach().double().cpu().numpy().ravel() * s
                    for (p, _, s), h in zip(used, products, strict=True)
                ]
            )

        size = sum(p.numel() for p, _, _ in used)
        value, direction, _ = largest_eigenvalue(times, size, np.ones(size), turns=TURNS, sure=SURE)
    except (RuntimeError, NotImplementedError) as error:
        return f"curvature is not told: {str(error).splitlines()[0].split('. ')[0]}"
    if not np.isfinite(value):
        return None
    value *= parts
    alpha, factor = rate_of(optimizer), _factor(optimizer)
    return Curvature(step, alpha, value, factor / value if value > 0 else float("inf"), _shares(direction, used, layers))


def _reason_against(model: nn.Module, optimizer: Optimizer) -> str:
    if type(optimizer).__name__ not in _FACTORS:
        return f"curvature is not told: the limit of {type(optimizer).__name__} is not known"
    if any(module._backward_hooks or module._backward_pre_hooks for module in model.modules()):
        return "curvature is not told: the model has backward hooks of its own, which looking would call"
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if any(p._backward_hooks for p in parameters):
        return "curvature is not told: parameters have hooks of their own, which looking would call"
    if sum(p.numel() for p in parameters) > MOST_PARAMETERS:
        return f"curvature is not told: more than {MOST_PARAMETERS:,} parameters"
    return ""


def _split(flat: Floats, used: list[tuple[Tensor, Tensor, Any]]) -> list[Tensor]:
    vectors, at = [], 0
    for p, g, s in used:
        part = flat[at : at + p.numel()] * s
        vectors.append(torch.as_tensor(part, dtype=g.dtype, device=g.device).reshape(p.shape))
        at += p.numel()
    return vectors


def _scale(optimizer: Optimizer) -> list[Any]:
    """Square root of what each parameter's step is multiplied by, relative to the largest rate; None before there is any."""
    largest, name = rate_of(optimizer), type(optimizer).__name__
    scales: list[Any] = []
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.requires_grad:
                divided = _divided_by(name, group, optimizer.state.get(p, {}))
                scales.append(None if divided is None else np.sqrt(float(group["lr"]) / largest / divided))
    return scales


def _divided_by(name: str, group: dict[str, Any], state: dict[str, Any]) -> Any:
    """What an optimizer divides the steps of a parameter by."""
    if name == "SGD":
        return 1.0
    if not state:
        return None

    def squares(key: str) -> Floats:
        kept: Floats = state[key].detach().double().cpu().numpy().ravel()
        return kept

    if name == "Adagrad":
        square = squares("sum")
    elif name == "RMSprop":
        square = squares("square_avg") - (squares("grad_avg") ** 2 if group["centered"] else 0.0)
    else:
        square = squares("max_exp_avg_sq" if group["amsgrad"] else "exp_avg_sq")
        square = square / (1.0 - group["betas"][1] ** float(state["step"]))
    return np.sqrt(np.maximum(square, 0.0)) + group["eps"]


_FACTORS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")


def _factor(optimizer: Optimizer) -> float:
    """Limit × λ, λ the curvature divided by what the optimizer divides its steps by."""
    group = optimizer.param_groups[0]
    if type(optimizer).__name__ in ("Adam", "AdamW"):
        beta = float(group["betas"][0])
        return limit_times_curvature(beta, entering=1.0 - beta)
    entering = 1.0 - float(group.get("dampening", 0.0))
    return limit_times_curvature(float(group.get("momentum", 0.0)), nesterov=bool(group.get("nesterov")), entering=entering)


def _shares(direction: Floats, used: list[tuple[Tensor, Tensor, Any]], layers: list[Any]) -> tuple[float, ...]:
    places = {id(p): number for number, module in enumerate(layers) for p in module.parameters(recurse=False)}
    shares, at = [0.0] * (len(layers) + 1), 0
    for p, _, _ in used:
        shares[places.get(id(p), len(layers))] += float((direction[at : at + p.numel()] ** 2).sum())
        at += p.numel()
    return tuple(shares)
