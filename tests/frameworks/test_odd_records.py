"""What is recorded and said of trainings of every odd kind is so."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.odd_trainings import X, Y, mlp, observed, plain
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import nodescope as ns
import nodescope.torch as nst


def test_a_mask_is_no_cause():
    """Infinities that were put in on purpose are not what made the loss infinite: a logarithm of 0 is."""

    def loss_of(model: nn.Module, step: int) -> Tensor:
        scores = model(X).T + torch.where(torch.arange(64) < 9, -math.inf, 0.0)
        shares = scores.masked_fill(torch.arange(64) < 3, -math.inf).softmax(-1)
        return -torch.log(shares[0, 0 if step == 2 else 40])

    cause = ns.diagnose(observed(mlp(), loss_of)).cause
    assert (cause.step, cause.quantity, cause.operands) == (2, "log", (("of", 0.0),))


def test_nothing_but_masks_is_nan_in_the_softmax():
    def loss_of(model: nn.Module, step: int) -> Tensor:
        return model(X).T.masked_fill(torch.tensor(step == 1), -math.inf).softmax(-1).sum()

    cause = ns.diagnose(observed(mlp(), loss_of)).cause
    assert (cause.step, cause.quantity) == (1, "softmax")


def test_written_over_in_place():
    """log_ writes over what a linear layer gave; relu_ passes on what was infinite before it."""
    first = ns.diagnose(observed(nn.Linear(4, 1), lambda m, _: m(X).log_().sum())).cause
    assert (first.step, first.quantity) == (0, "log")

    def huge(model: nn.Module, _: int) -> Tensor:
        return F.relu_(model(torch.full((1, 4), 1e38))).sum()

    model = nn.Linear(4, 2)
    nn.init.constant_(model.weight, 10.0)
    second = ns.diagnose(observed(model, huge)).cause
    assert (second.step, second.quantity, second.layer) == (0, "sum", 0)
    assert [round(math.log10(number)) for _, number in second.operands] == [38, 1]


def test_operands_are_those_of_the_largest_product():
    """1 × 2 and 1e20 × 1e30: the second made it infinite."""
    model = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[2.0, 1e30]]))
    cause = ns.diagnose(observed(model, lambda m, _: m(torch.tensor([[1.0, 1e20]])).sum())).cause
    assert dict(cause.operands) == pytest.approx({"input": 1e20, "weight": 1e30})
    sums = ns.diagnose(observed(nn.Linear(4, 1), lambda m, _: torch.sum(m(X) * 0 + 3e38, 0).sum())).cause
    assert sums.quantity == "sum"
    assert [number for _, number in sums.operands] == [pytest.approx(3e38)]


def test_a_weight_that_was_nan_at_the_start():
    model = mlp()
    nn.init.constant_(model[0].weight, math.nan)
    assert "it was so from the start" in ns.diagnose(observed(model, lambda m, _: F.mse_loss(m(X), Y))).cause.text


def test_records_from_before_the_trouble_stay():
    """A training that goes on after a NaN fills no budget."""
    run = observed(mlp(), lambda m, step: F.mse_loss(m(X), Y) * (math.nan if step == 23 else 1.0), 400, memory=400_000)
    assert run.trouble.step == 23
    assert 20 <= run.trace.steps[-1] <= 23
    assert run.steps == 400


def test_a_bad_batch_is_no_growth():
    noise = torch.Generator().manual_seed(0)

    def loss_of(model: nn.Module, step: int) -> Tensor:
        rows = torch.randint(0, 64, (4,), generator=noise)
        return F.mse_loss(model(X[rows]) * (math.nan if step == 40 else 1.0), Y[rows])

    found = ns.diagnose(observed(mlp(), loss_of, 60))
    assert found.cause.irreversible_from == found.cause.step == 40
    assert "never came back" not in found.verdict


def test_losses_below_0():
    """A score that is made ever better is no error that grows."""
    torch.manual_seed(0)
    better = observed(mlp(), lambda m, _: -0.05 - F.cosine_similarity(m(X).T, Y.T).mean(), 60, 0.05)
    assert better.losses[-1] < 2 * better.losses[0] < 0
    assert all(finding.severity == "note" for finding in ns.diagnose(better).findings)
    worse = observed(nn.Linear(4, 1), lambda m, _: -F.mse_loss(m(X), Y), 60, 0.05)
    assert {"wrong sign", "non-finite"} & {f.name for f in ns.diagnose(worse).findings if f.severity == "fault"}


def test_nodes_keep_their_own_numbers():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 256), nn.ReLU(), nn.Linear(256, 1))
    with torch.no_grad():
        model[0].bias[[100, 200]] = -1e3
    run = observed(model, lambda m, _: F.mse_loss(m(X), Y))
    text = next(f.text for f in ns.diagnose(run).findings if f.name == "dead nodes")
    assert "nodes 100, 200 of the 64 told of 256" in text
    one = observed(model, lambda m, _: F.mse_loss(m(X), Y), nodes={"0": [100]})
    told = next(f for f in ns.diagnose(one).findings if f.name == "dead nodes")
    assert told.severity == "warning"
    assert "nothing can pass" not in told.text


def test_layers_are_in_the_order_of_their_use():
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.out, self.unused, self.first = nn.Linear(3, 1), nn.Linear(2, 2), nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(torch.tanh(self.first(x)))

    run = observed(Backwards(), lambda m, _: F.mse_loss(m(X), Y))
    assert [layer.name for layer in run.layers] == ["first", "out", "unused"]
    assert run.trace[0].layers[0].weight.shape == (3, 4)
    found = next(f for f in ns.diagnose(run).findings if f.name == "stalled")
    assert "layer 2 (unused)" in found.text
    assert "the loss does not depend on it" in found.text
    assert sum(run.bends[0].shares[:2]) == pytest.approx(1.0)


def test_rates_of_each_group():
    """A layer whose rate is 0 is told; it is not the training that stands."""
    torch.manual_seed(0)
    model = mlp()
    groups = [{"params": model[0].parameters(), "lr": 0.0}, {"params": model[2].parameters()}]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    with nst.observe(model, optimizer, stride=1) as run:
        plain(model, optimizer)
    found = ns.diagnose(run)
    assert "alpha is zero" not in found
    assert "layer 0 (0) cannot move: its rate is 0" in next(f.text for f in found.findings if f.name == "frozen weight")
    assert run.trace[0].alpha == 0.1


def test_a_layer_thawed_on_the_way():
    model = mlp()
    model[0].requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with nst.observe(model, optimizer, stride=1) as run:
        plain(model, optimizer)
        model[0].requires_grad_(True)
        plain(model, optimizer)
    assert "frozen weight" not in ns.diagnose(run)


def test_a_layer_that_another_optimizer_moves():
    model = mlp()
    first, second = (torch.optim.SGD(part.parameters(), 0.05) for part in (model[0], model[2]))
    with nst.observe(model, first, stride=1) as run:
        for _ in range(8):
            model.zero_grad()
            F.mse_loss(model(X), Y).backward()
            first.step()
            second.step()
    assert not {"frozen weight", "stalled"} & {f.name for f in ns.diagnose(run).findings}


def test_what_a_norm_gives_is_the_sum_where_an_activation_takes_it():
    """Without an activation the layer's own numbers are told; a dropout that does nothing is no hook of the training's."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.Tanh(), nn.Linear(3, 3), nn.Dropout(0.0), nn.LayerNorm(3))
    run = observed(model, lambda m, _: m(X).square().sum() * 1e-3)
    first, second = run.trace[0].layers
    assert first.prediction == pytest.approx(np.tanh(first.sum), abs=1e-6)
    assert second.sum == pytest.approx(second.input @ second.weight.T + second.bias, abs=1e-5)
    assert second.delta.sum(axis=0) == pytest.approx(second.bias_weighted_delta, abs=1e-5)
    assert run.bends


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [("RMSprop", {"centered": True}), ("Adam", {"amsgrad": True}), ("Adam", {}), ("AdamW", {}), ("Adagrad", {})],
)
def test_limits_of_optimizers_that_scale_themselves(optimizer: str, settings: dict[str, Any]):
    """At the limit the largest direction of diag(c) w²/2 neither grows nor shrinks: λ from the optimizer's own numbers."""
    model = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 2.0]]))
    stepper = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-12, **settings)
    curved = torch.tensor([3.0, 5.0])
    kept: dict[str, Any] = {}
    with nst.observe(model, stepper, stride=1) as run:
        for step in range(17):
            stepper.zero_grad()
            loss = (curved * (1 + 0.1 * (step % 3)) * model.weight[0] ** 2).sum() / 2
            if step == 16:
                kept = {name: value.clone() for name, value in stepper.state[model.weight].items()}
            loss.backward()
            stepper.step()
    curves = (curved * (1 + 0.1 * (16 % 3))).numpy().astype(float)
    t = float(kept["step"])
    if optimizer == "RMSprop":
        divided = np.sqrt(kept["square_avg"][0].numpy().astype(float) - kept["grad_avg"][0].numpy().astype(float) ** 2) + 1e-8
        factor = 2.0
    elif optimizer == "Adagrad":
        divided, factor = np.sqrt(kept["sum"][0].numpy().astype(float)) + 1e-10, 2.0
    else:
        square = kept["max_exp_avg_sq" if settings else "exp_avg_sq"][0].numpy().astype(float)
        divided, factor = np.sqrt(square / (1 - 0.999**t)) + 1e-8, 38.0
    assert run.bends[-1].step == 16
    assert run.bends[-1].limit == pytest.approx(factor / (curves / divided).max(), rel=1e-4)
