"""Networks there and back: the same layers in PyTorch, PyTorch's in nodescope, and a recipe's training as PyTorch would do it."""

from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, TypeVar

import torch
from torch import Tensor, nn

from nodescope.errors import InputError
from nodescope.run.network import Network, network
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

_MODULES: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": lambda: nn.Softplus(threshold=1000.0),  # PyTorch's own default returns x itself from 20 on
    "gelu": nn.GELU,
}
Loss = Callable[[Tensor, Tensor], Tensor]
_Kind = TypeVar("_Kind", bound=nn.Module)


def to_torch(layers: Network | Run) -> nn.Sequential:
    """A network (of a run: as it is after the last step) as a PyTorch model with the same weights, in float64.

    Its predictions agree to rounding. To go on training there with the same steps mind the factor 2: nodescope's weighted delta is
    *half* the derivative of the squared error, PyTorch's `MSELoss` differentiates the whole of it and averages over outputs too, so
    `SGD(lr=alpha·k / 2)` on k outputs makes the steps of `alpha` here. `training` gives model, optimizer and loss that fit.

    Parameters
    ----------
    layers : Network or Run
        Of a run of plain nodes: one layer of them.

    Returns
    -------
    torch.nn.Sequential
        A `Linear` and its activation (`Identity` too) for each layer.

    Raises
    ------
    InputError
        Neither a network nor a run.

    Examples
    --------
    >>> import nodescope as ns
    >>> model = to_torch(ns.network([2, 3, 1], seed=1))
    >>> [type(part).__name__ for part in model]
    ['Linear', 'Tanh', 'Linear', 'Identity']
    """
    found = _network_of(layers)
    parts: list[nn.Module] = []
    for weight, bias, activation in zip(found.weights, found.biases, found.activations, strict=True):
        linear = nn.Linear(weight.shape[1], len(weight), bias=bias is not None, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.copy()))
            if bias is not None:
                linear.bias.copy_(torch.from_numpy(bias.copy()))
        parts += [linear, _MODULES[activation.name]()]
    return nn.Sequential(*parts)


def _network_of(layers: object) -> Network:
    if isinstance(layers, Network):
        return layers
    if not isinstance(layers, Run):
        raise InputError(f"{type(layers).__name__} is neither a network (ns.network) nor a run of ours")
    return layers.network


def from_torch(model: nn.Module) -> Network:
    """A PyTorch model of `Linear` layers and activations, one after another, as a network here; float32 weights keep their values.

    Parameters
    ----------
    model : torch.nn.Module
        A `Linear`, or a `Sequential` of them (`Flatten` and `Identity` say nothing). It is copied.

    Returns
    -------
    Network
        A layer for each `Linear`.

    Raises
    ------
    InputError
        A part that is neither (named), two layers with the same weights, or no `Linear` at all.

    Examples
    --------
    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)))
    network 2-3-1, relu, identity
    """
    weights: list[Any] = []
    biases: list[Any] = []
    activations: list[str] = []
    linears: dict[str, nn.Linear] = {}
    for name, part in _parts(model):
        if _is(part, nn.Linear):
            _refuse_shared(name, part, linears)
            weights.append(part.weight.detach().double().cpu().numpy())
            biases.append(None if part.bias is None else part.bias.detach().double().cpu().numpy())
            activations.append("identity")
            continue
        function = _activation(part)
        if function is None or not weights or activations[-1] != "identity":
            raise InputError(
                f"{name} ({part}) has no counterpart here: from_torch takes Linear layers, each with at most one of "
                f"{', '.join(_MODULES)} after it"
            )
        activations[-1] = function
    if not weights:
        raise InputError(f"the model ({type(model).__name__}) has no Linear layer")
    return network(weights=weights, biases=biases, activations=activations)


def _is(part: nn.Module, kind: type[_Kind]) -> TypeGuard[_Kind]:
    """Whether it also does what its kind does: a class built on it may do something else."""
    return isinstance(part, kind) and type(part).forward is kind.forward


def _refuse_shared(name: str, part: nn.Linear, linears: dict[str, nn.Linear]) -> None:
    for other, before in linears.items():
        if part.weight is before.weight or (part.bias is not None and part.bias is before.bias):
            raise InputError(
                f"{name!r} has the weights of {other!r}: here each layer has its own, and would go ways of its own; "
                "give a copy of it (copy.deepcopy)"
            )
    linears[name] = part


def _parts(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Leaves in their order, those that are there twice twice; only a chain has an order."""
    for name, part in model.named_modules(remove_duplicate=False):
        if isinstance(part, (nn.Identity, nn.Flatten)):
            continue
        if not list(part.children()):
            yield name or "the model", part
        elif not _is(part, nn.Sequential):
            raise InputError(
                f"{name or 'the model'} is a {type(part).__name__}: what it does between its parts cannot be seen; give a "
                "torch.nn.Sequential, or observe its training (nodescope.torch.observe)"
            )


def _activation(part: nn.Module) -> str | None:
    if isinstance(part, nn.LeakyReLU):
        return "leaky relu" if part.negative_slope == 0.01 else None
    if isinstance(part, nn.Softplus):
        return "softplus" if part.beta == 1 else None
    if isinstance(part, nn.GELU):
        return "gelu" if part.approximate == "none" else None
    return {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid"}.get(type(part))


def training(run: Run) -> tuple[nn.Sequential, torch.optim.Optimizer, Loss]:
    """A run's training as PyTorch does it: model with the *start* weights, optimizer with its settings, loss with our factors.

    `loss(model(x), y).backward(); optimizer.step()` on the examples of each step then makes the run's own steps, to rounding. The
    loss is *half* the squared error, summed over outputs: `MSELoss` differentiates the whole of it and averages over the k outputs,
    so with it the same steps need `lr` = alpha·k/2.

    Parameters
    ----------
    run : Run
        Of a network.

    Returns
    -------
    model : torch.nn.Sequential
        In float64.
    optimizer : torch.optim.Optimizer
        Its `lr` is the run's alpha; of a schedule the first step's: set `optimizer.param_groups[0]["lr"]` before each.
    loss : callable
        Of predictions and goals, both (examples, outputs).

    Raises
    ------
    InputError
        A plain node (give it as network=), or settings that PyTorch has not: epsilon inside the root, no bias correction, an
        initial mean square, frozen weights, one layer after another.

    Examples
    --------
    One weight of 0, input 1, goal 1: the derivative of half the squared error is -1, so alpha 0.1 adds 0.1.

    >>> import torch, nodescope as ns
    >>> start = ns.network(weights=[[[0.0]]], biases=None, activations=["identity"])
    >>> run = ns.descend(network=start, input=[[1.0]], goal=[[1.0]], alpha=0.1, steps=1)
    >>> model, optimizer, loss = training(run)
    >>> loss(model(torch.ones(1, 1).double()), torch.ones(1, 1)).backward()
    >>> optimizer.step()
    >>> model[0].weight.item(), run.weight[0].item()
    (0.1, 0.1)
    """
    recipe = run.recipe
    for unlike, name in (
        (recipe.update_order != "parallel", "update_order='sequential'"),
        (recipe.problem.frozen is not None, "frozen single weights"),
    ):
        if unlike:
            raise InputError(f"PyTorch's optimizers have no counterpart of {name}")
    model = to_torch(recipe.network)
    return model, _optimizer(recipe, model), _loss(recipe)


def _optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    parameters, alpha, name = model.parameters(), recipe.alpha, recipe.rule.name
    s = recipe.rule.settings()
    without = [key for key, allowed in (("epsilon_inside", False), ("bias_correction", True)) if s.get(key, allowed) != allowed]
    if name == "rmsprop" and s["initial"]:
        without.append("initial")
    if without:
        raise InputError(f"rule {name!r} has {without[0]}={s[without[0]]!r}, which PyTorch's has not")
    if name in ("plain", "momentum", "nesterov"):
        return torch.optim.SGD(parameters, alpha, momentum=s.get("momentum", 0.0), nesterov=name == "nesterov")
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, alpha, initial_accumulator_value=s["initial"], eps=s["epsilon"])
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, alpha, alpha=s["decay"], eps=s["epsilon"])
    betas = (s["beta1"], s["beta2"])
    if name == "adam":
        return torch.optim.Adam(parameters, alpha, betas=betas, eps=s["epsilon"])
    return torch.optim.AdamW(parameters, alpha, betas=betas, eps=s["epsilon"], weight_decay=s["decay"])


def _loss(recipe: Recipe) -> Loss:
    """Summed over outputs, averaged (or summed) over examples; of squared errors the half."""
    name, threshold, mean = recipe.loss.name, recipe.loss.threshold, recipe.reduction == "mean"

    def loss(prediction: Tensor, goal: Tensor) -> Tensor:
        if name == "squared":
            each = 0.5 * (prediction - goal) ** 2
        elif name == "absolute":
            each = (prediction - goal).abs()
        else:
            each = nn.functional.huber_loss(prediction, goal, delta=threshold, reduction="none")
        of_examples = each.sum(dim=1)
        return of_examples.mean() if mean else of_examples.sum()

    return loss
