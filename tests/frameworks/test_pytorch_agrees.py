"""PyTorch in float64 trains the same networks beside us: after 100 steps every weight agrees to 1e-12 of its layer's largest."""

import numpy as np
import pytest
import torch

import nodescope as ns

STEPS = 100
ACTIVATIONS = {
    "identity": torch.nn.Identity,
    "relu": torch.nn.ReLU,
    "leaky relu": torch.nn.LeakyReLU,
    "tanh": torch.nn.Tanh,
    "sigmoid": torch.nn.Sigmoid,
    # PyTorch itself returns x from 20 on
    "softplus": lambda: torch.nn.Softplus(threshold=1000.0),
    "gelu": torch.nn.GELU,
}
OPTIMIZERS = {
    "plain": ({}, lambda p: torch.optim.SGD(p, 0.05)),
    "momentum": ({"momentum": 0.8}, lambda p: torch.optim.SGD(p, 0.02, momentum=0.8)),
    "nesterov": ({"momentum": 0.8}, lambda p: torch.optim.SGD(p, 0.02, momentum=0.8, nesterov=True)),
    "adagrad": ({"initial": 0.1}, lambda p: torch.optim.Adagrad(p, 0.05, initial_accumulator_value=0.1)),
    "rmsprop": ({"decay": 0.9, "epsilon": 1e-6}, lambda p: torch.optim.RMSprop(p, 0.005, alpha=0.9, eps=1e-6)),
    "adam": ({"beta1": 0.8, "epsilon": 1e-6}, lambda p: torch.optim.Adam(p, 0.01, betas=(0.8, 0.999), eps=1e-6)),
    "adamw": ({"decay": 0.1}, lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
}
LOSSES = {
    "squared": lambda error: 0.5 * error**2,
    "huber": lambda error: torch.nn.functional.huber_loss(error, torch.zeros_like(error), delta=0.3, reduction="none"),
    "absolute": torch.abs,
}


def both(activation: str, rule: str, loss: str = "squared", last: str = "identity", batch: int = 5) -> float:
    """The largest difference of a weight, as a part of the largest weight of its layer."""
    rng = np.random.default_rng(len(activation) * 100 + len(rule))
    x, y = rng.normal(size=(20, 3)), rng.uniform(0.1, 0.9, (20, 2))
    start = ns.network([3, 6, 5, 2], activation=activation, output_activation=last, seed=5)
    settings, optimizer = OPTIMIZERS[rule]
    layers = []
    for weight, bias, function in zip(start.weights, start.biases, [activation, activation, last], strict=True):
        layer = torch.nn.Linear(weight.shape[1], len(weight), dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
        layers += [layer, ACTIVATIONS[function]()]
    model = torch.nn.Sequential(*layers)
    stepper = optimizer(model.parameters())
    inputs, goals = torch.from_numpy(x), torch.from_numpy(y)
    for step in range(STEPS):
        rows = slice(step * batch % len(x), step * batch % len(x) + batch)
        stepper.zero_grad()
        # the delta is the slope of half the square of each output; a batch's weighted delta is the mean over its examples
        LOSSES[loss](model(inputs[rows]) - goals[rows]).sum(dim=1).mean().backward()
        stepper.step()
    alpha = stepper.param_groups[0]["lr"]
    run = ns.descend(
        network=start, input=x, goal=y, alpha=alpha, steps=STEPS, batch=batch, rule={"name": rule, **settings},
        loss={"name": "huber", "threshold": 0.3} if loss == "huber" else loss,
    )  # fmt: skip
    worst = 0.0
    for ours, bias, theirs in zip(run.network.weights, run.network.biases, layers[::2], strict=True):
        largest = float(np.abs(ours).max())
        for mine, other in ((ours, theirs.weight), (bias, theirs.bias)):
            worst = max(worst, float(np.abs(mine - other.detach().numpy()).max()) / largest)
    return worst


@pytest.mark.parametrize("rule", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_rule(activation: str, rule: str):
    assert both(activation, rule) < 1e-12


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("last", ["sigmoid", "tanh", "softplus"])
def test_every_loss_and_last_activation(loss: str, last: str):
    assert both("tanh", "momentum", loss, last) < 1e-12


@pytest.mark.parametrize(("hidden", "scale"), [(False, 1.0), (False, 1e4), (True, 1.0)])
@pytest.mark.parametrize("k", [2, 3, 7, 10, 40])
def test_classes(k: int, hidden: bool, scale: float):
    """Their losses take the sums, as ours does; `scale` is how large the sums are at the start. (Hidden nodes
    behind such weights move so far in each step that no two programs agree for long.)"""
    rng = np.random.default_rng(k)
    x, goal = rng.normal(size=(80, 3)), np.arange(80) % k
    outputs = 1 if k == 2 else k
    start = ns.network([3, 6, outputs] if hidden else [3, outputs], seed=5)
    start = ns.network(
        weights=[*start.weights[:-1], start.weights[-1] * scale], biases=list(start.biases),
        activations=["tanh"] * hidden + ["sigmoid" if k == 2 else "softmax"],
    )  # fmt: skip
    linears = [torch.nn.Linear(w.shape[1], len(w), dtype=torch.float64) for w in start.weights]
    for layer, weight in zip(linears, start.weights, strict=True):
        layer.weight.data, layer.bias.data = torch.from_numpy(weight.copy()), torch.zeros(len(weight), dtype=torch.float64)
    model = torch.nn.Sequential(linears[0], *([torch.nn.Tanh(), linears[1]] if hidden else []))
    stepper = torch.optim.SGD(model.parameters(), 0.1)
    inputs = torch.from_numpy(x)
    goals = torch.from_numpy(goal.astype(float)[:, None]) if k == 2 else torch.from_numpy(goal)
    loss = torch.nn.functional.binary_cross_entropy_with_logits if k == 2 else torch.nn.functional.cross_entropy
    for step in range(STEPS):
        rows = slice(step * 5 % 80, step * 5 % 80 + 5)
        stepper.zero_grad()
        loss(model(inputs[rows]), goals[rows]).backward()
        stepper.step()
    run = ns.descend(network=start, input=x, goal=goal, loss="cross-entropy", alpha=0.1, steps=STEPS, batch=5)
    for ours, bias, theirs in zip(run.network.weights, run.network.biases, linears, strict=True):
        for mine, other in ((ours, theirs.weight), (bias, theirs.bias)):
            assert float(np.abs(mine - other.detach().numpy()).max()) < 1e-12 * float(np.abs(ours).max())
    assert run.loss == pytest.approx(float(loss(model(inputs), goals).detach()), rel=1e-12)


def test_one_weight_off_by_a_billionth_is_seen(monkeypatch):
    """The comparison can fail: another momentum by one part in 1e9."""
    monkeypatch.setitem(OPTIMIZERS, "momentum", ({"momentum": 0.8 + 1e-9}, OPTIMIZERS["momentum"][1]))
    assert both("tanh", "momentum") > 1e-12
