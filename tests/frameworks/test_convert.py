"""Networks there and back, and held beside each other: what is moved is the same function, and the factor is the true one."""

import inspect
import re

import numpy as np
import pytest
import torch
from torch import nn

import nodescope as ns
import nodescope.torch as nst
from nodescope.run.recorded import Recorded

X = np.array([[0.0, 1.0, 2.0], [1.0, 0.5, -1.0], [2.0, -1.0, 0.5], [-1.0, 0.25, 1.0]])


def test_an_activation_used_twice_is_there_twice():
    """Story: named_modules() tells each object once, so the second ReLU was lost, and another function came back."""
    relu = nn.ReLU()
    model = nn.Sequential(nn.Linear(2, 3), relu, nn.Linear(3, 2), relu, nn.Linear(2, 1))
    assert [activation.name for activation in nst.from_torch(model).activations] == ["relu", "relu", "identity"]


def test_a_part_used_twice_within_parts_is_there_twice():
    half = nn.Tanh()
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2), half), nn.Sequential(nn.Linear(2, 1), half))
    assert [activation.name for activation in nst.from_torch(model).activations] == ["tanh", "tanh"]


def test_weights_that_two_layers_share_are_refused_by_name():
    layer = nn.Linear(3, 3)
    with pytest.raises(ns.InputError, match=r"'2' has the weights of '0'"):
        nst.from_torch(nn.Sequential(layer, nn.Tanh(), layer))
    tied = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    tied[2].weight = tied[0].weight
    with pytest.raises(ns.InputError, match=r"'2' has the weights of '0'"):
        nst.from_torch(tied)


def test_a_part_with_a_way_of_its_own_is_not_taken_for_what_it_is_built_on():
    class Doubled(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(x)

    class Shifted(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + 1

    with pytest.raises(ns.InputError, match="Doubled"):
        nst.from_torch(Doubled(nn.Linear(2, 1)))
    with pytest.raises(ns.InputError, match="Shifted"):
        nst.from_torch(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), Shifted(2, 1)))


def trained(network: ns.Network, goal: np.ndarray, loss: nn.Module, *, steps: int = 3, scale: float = 1.0) -> Recorded:
    """The network's training in PyTorch on X, all rows a step, rate 0.1."""
    model = nst.to_torch(network)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer, stride=1, sharpness=False) as run:
        for _ in range(steps):
            optimizer.zero_grad()
            (scale * loss(model(torch.from_numpy(X)), torch.from_numpy(goal))).backward()
            optimizer.step()
    return run


@pytest.mark.parametrize(
    ("outputs", "loss", "scale", "factor"),
    [
        (1, nn.MSELoss(), 1.0, 2.0),
        (2, nn.MSELoss(), 1.0, 1.0),
        (3, nn.MSELoss(), 1.0, 2 / 3),
        (7, nn.MSELoss(), 1.0, 2 / 7),
        (1, nn.MSELoss(reduction="sum"), 1.0, 8.0),
        (1, nn.MSELoss(), np.pi, 2 * np.pi),
        (1, nn.MSELoss(), 1e-5, 2e-5),
    ],
)
def test_the_factor_is_2_over_the_outputs_times_any_scale(outputs: int, loss: nn.Module, scale: float, factor: float):
    """Story: it was rounded to six decimals, so of three outputs (2/3) the same training "parted" at a weighted delta."""
    network = ns.network([3, 4, outputs], activation="tanh", seed=2)
    goal = np.sin(np.arange(4.0 * outputs)).reshape(4, outputs)
    seen = trained(network, goal, loss, scale=scale)
    ours = ns.descend(network=network, input=X, goal=goal, alpha=0.1 * factor, batch="all", steps=3)
    both = nst.side_by_side(ours, seen)
    assert both.agrees, both
    assert both.factor == pytest.approx(factor, rel=1e-12)
    assert both.factor == factor or scale != 1.0
    assert both.steps == 3


def test_other_weighted_deltas_are_no_factor():
    """The absolute error's have another pattern: no number times ours."""
    network = ns.network([3, 4, 2], activation="tanh", seed=2)
    goal = np.sin(np.arange(8.0)).reshape(4, 2)
    ours = ns.descend(network=network, input=X, goal=goal, alpha=0.1, batch="all", steps=3)
    both = nst.side_by_side(ours, trained(network, goal, nn.L1Loss()))
    assert both.factor == 1.0
    assert (both.first.step, both.first.quantity) == (0, "delta")


def test_nothing_compared_is_not_agreement():
    network = ns.network([3, 4, 1], seed=2)
    ours = ns.descend(network=network, input=X, goal=np.ones(4), alpha=0.1, batch="all", steps=0)
    with pytest.raises(ns.InputError, match="no step"):
        nst.side_by_side(ours)
    with pytest.raises(ns.InputError, match=r"no step is in both: 0 steps here, of PyTorch's 3 the steps 0, 1, 2 were recorded"):
        nst.side_by_side(ours, trained(network, np.ones((4, 1)), nn.MSELoss()))
    model = nst.to_torch(network)
    with nst.observe(model, torch.optim.SGD(model.parameters(), 0.1)) as nothing:
        pass
    some = ns.descend(network=network, input=X, goal=np.ones(4), alpha=0.1, batch="all", steps=2)
    with pytest.raises(ns.InputError, match=r"no step is in both: 2 steps here, of PyTorch's 0 none was recorded"):
        nst.side_by_side(some, nothing)


@pytest.mark.parametrize("name", ["from_torch", "side_by_side", "to_torch", "training"])
def test_the_words_are_whole(name: str):
    told = inspect.getdoc(getattr(nst, name))
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert re.search(rf"^{section}\n-+$", told, re.MULTILINE), section
    assert "half" in told or name == "from_torch"


def test_a_plain_node_goes_there_like_a_network_of_one_layer():
    keywords = {"input": [[1.0, 2.0], [0.5, -1.0]], "goal": [1.0, 0.0], "alpha": 0.1, "batch": "all", "steps": 5}
    run = ns.descend(weight=[0.25, -0.5], bias=0.125, **keywords)
    model, optimizer, loss = nst.training(run)
    x, goal = torch.tensor(keywords["input"], dtype=torch.float64), torch.tensor([[1.0], [0.0]], dtype=torch.float64)
    for _ in range(5):
        optimizer.zero_grad()
        loss(model(x), goal).backward()
        optimizer.step()
    weight, bias = (parameter.detach().numpy() for parameter in model.parameters())
    assert weight[0] == pytest.approx(run.weight, rel=1e-14)
    assert bias[0] == pytest.approx(run.bias, rel=1e-14)
