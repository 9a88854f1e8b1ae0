"""Trainings of every odd kind: not a bit of them changes, the observer keeps going, and says nothing that is not so."""

import gc
import math
import os
import sys
import weakref
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.checkpoint import checkpoint

import nodescope as ns
import nodescope.torch as nst

X = torch.randn(64, 4, generator=torch.Generator().manual_seed(1))
Y = X[:, :1] * 2 - X[:, 1:2]


class Net(nn.Module):
    """Parts by name, and what is done with them."""

    def __init__(self, go: Any, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.go = go

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.go(self, x)
        return out


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))


def tied() -> nn.Module:
    model = Net(lambda m, x: m.o(torch.tanh(m.b(torch.tanh(m.a(x))))), a=nn.Linear(4, 4), b=nn.Linear(4, 4), o=nn.Linear(4, 1))
    model.b.weight = model.a.weight
    return model


def parts(normed: Any) -> nn.Module:
    return nn.Sequential(normed(nn.Linear(4, 8)), nn.ReLU(), nn.Linear(8, 1))


def checkpointed(*, reentrant: bool) -> nn.Module:
    inner = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(0.2))
    return Net(
        lambda m, x: m.o(checkpoint(m.inner, x.clone().requires_grad_(), use_reentrant=reentrant)), inner=inner, o=nn.Linear(16, 1)
    )


MODELS: dict[str, Any] = {
    "mlp": mlp,
    "lstm": lambda: Net(
        lambda m, x: m.o(m.r(x.view(8, 8, 4))[0]).reshape(64, 1), r=nn.LSTM(4, 8, 2, dropout=0.1), o=nn.Linear(8, 1)
    ),
    "tied": tied,
    "spectral norm": lambda: parts(nn.utils.parametrizations.spectral_norm),
    "weight norm": lambda: parts(nn.utils.parametrizations.weight_norm),
    "checkpoint": lambda: checkpointed(reentrant=False),
    "checkpoint, reentrant": lambda: checkpointed(reentrant=True),
    "sparse embedding": lambda: Net(
        lambda m, _: m.o(m.e(torch.arange(64) % 10)), e=nn.Embedding(10, 4, sparse=True), o=nn.Linear(4, 1)
    ),
    "transformer": lambda: Net(
        lambda m, x: m.o(m.t(x.view(8, 8, 4))).reshape(64, 1),
        t=nn.TransformerEncoderLayer(4, 2, 16, dropout=0.1, batch_first=True), o=nn.Linear(4, 1),
    ),
    "pictures one by one": lambda: Net(
        lambda m, x: torch.stack([m.c(row.view(1, 2, 2)).sum() for row in x])[:, None], c=nn.Conv2d(1, 3, 2)
    ),
    "transposed convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 4)), nn.ConvTranspose1d(1, 3, 3), nn.Flatten(), nn.Linear(18, 1)
    ),
    "compiled": lambda: torch.compile(
        nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Dropout(0.1), nn.Linear(16, 1)), backend="eager"
    ),
}  # fmt: skip


def plain(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def closure(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    def again() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        return loss

    return [optimizer.step(again).item() for _ in range(6)]


def penalised(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        x = X.clone().requires_grad_()
        loss = F.mse_loss(model(x), Y)
        (slope,) = torch.autograd.grad(loss, x, create_graph=True)
        (loss + slope.square().sum()).backward()
        optimizer.step()
        losses.append((loss + slope.square().sum()).item())
    return losses


def scaled(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses, scaler = [], torch.amp.GradScaler("cpu", init_scale=2.0**16, growth_interval=2)
    for step in range(7):
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y) * (1e38 if step == 3 else 1.0)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses += [loss.item()] if step != 3 else []
    return losses


def by_hand(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        loss = F.mse_loss(model(X), Y)
        for p, slope in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.grad = slope
        optimizer.step()
        losses.append(loss.item())
    return losses


def looked_at(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    """Looks at things after the last update that have infinities in them, as a mask has."""
    losses = plain(model, optimizer)
    model(X).masked_fill(X[:, :1] > 0, -math.inf).softmax(0).sum()
    return losses


WAYS = {way.__name__: way for way in (plain, closure, penalised, scaled, by_hand, looked_at)}


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.01)


def both(make: Any, way: Any, optimizer: Any = sgd, **settings: Any) -> tuple[ns.Recorded, list[float], nn.Module]:
    """Train it alone and observed; the bits have to be the same."""
    results = []
    for observed in (False, True):
        torch.manual_seed(0)
        model = make()
        stepper = optimizer(model)
        with nst.observe(model, stepper, stride=1, **settings) if observed else nullcontext() as run:
            losses = way(model, stepper)
        bits = [t.detach().numpy().tobytes() for t in (*model.parameters(), *model.buffers())]
        results.append((bits, np.array(losses).tobytes(), torch.get_rng_state().numpy().tobytes()))
    assert results[0] == results[1]
    assert not any("observing ended" in note for note in run.notes), run.notes
    return run, losses, model


@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning", "ignore:.*torch.compile.*:UserWarning")
@pytest.mark.parametrize("name", MODELS)
def test_models_of_every_kind(name: str):
    run, losses, _ = both(MODELS[name], plain)
    assert run.losses == losses
    found = ns.diagnose(run)
    assert all(finding.severity == "note" for finding in found.findings), found.verdict
    assert len(run.records) == 6


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_loops_of_every_kind(way: str, optimizer: str):
    run, losses, _ = both(mlp, WAYS[way], lambda model: getattr(torch.optim, optimizer)(model.parameters(), lr=0.01))
    assert np.array_equal(run.losses, losses, equal_nan=True)
    found = ns.diagnose(run)
    assert all(finding.severity == "note" for finding in found.findings), found.verdict


def test_an_optimizer_that_asks_its_closure_often():
    run, losses, _ = both(mlp, closure, lambda model: torch.optim.LBFGS(model.parameters(), lr=0.5))
    assert run.losses == losses
    for step in range(5):
        here, there = run.trace[step].layers[0], run.trace[step + 1].layers[0]
        assert np.array_equal(here.new_weight, there.weight)


class Twice(torch.optim.SGD):
    """An optimizer whose step is its parent's and more."""

    def step(self, closure: Any = None) -> Any:
        return super().step(closure)


def test_a_step_made_of_another_is_one():
    run, losses, _ = both(mlp, plain, lambda model: Twice(model.parameters(), 0.01))
    assert run.losses == losses


def test_a_step_that_raises_and_is_caught():
    """The next has its own numbers."""
    model = nn.Linear(1, 1, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer, stride=1) as run:
        for step in range(3):
            optimizer.zero_grad()
            before = model.weight.item()
            F.mse_loss(model(torch.ones(1, 1)), torch.zeros(1, 1)).backward()
            try:
                optimizer.step((lambda: 1 / 0) if step == 1 else None)
            except ZeroDivisionError:
                continue
            assert run.trace[len(run.losses) - 1].layers[0].weight.item() == before
    assert run.steps == 2


def test_another_models_loss_is_not_ours():
    """A generator and a discriminator: what is observed has its own losses alone, though gradients go through it for the other."""
    torch.manual_seed(0)
    maker, judge = mlp(), nn.Sequential(nn.Linear(1, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    optimizers = {model: torch.optim.Adam(model.parameters(), 1e-3) for model in (maker, judge)}
    own: list[float] = []
    with nst.observe(maker, optimizers[maker], stride=1) as run:
        for _ in range(8):
            made = maker(X)
            optimizers[judge].zero_grad()
            (F.softplus(-judge(Y)).mean() + F.softplus(judge(made.detach())).mean()).backward()
            optimizers[judge].step()
            optimizers[maker].zero_grad()
            loss = F.softplus(-judge(made)).mean()
            loss.backward()
            optimizers[maker].step()
            own.append(loss.item())
    assert run.losses == own
    assert run.trace[3].layers[0].input.shape == (64, 4)
    assert run.notes == []


def test_a_loader_in_another_process_is_left_alone():
    """The mode goes along into a fork: there it lets everything pass."""
    model = mlp()
    with nst.observe(model, sgd(model)) as run:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            for _ in range(50):
                model(X).sum()
            mode = torch.overrides._get_current_function_mode()
            os.write(writing, str(len(mode.operations)).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(reading, 10) == b"0"
    assert run.steps == 0


def test_what_a_step_made_is_let_go():
    """Nothing of a step outlives it: neither by a reference nor by a circle through autograd."""
    model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
    made: list[weakref.ref[Tensor]] = []
    for layer in model:
        layer.register_forward_hook(lambda _module, _given, out: made.append(weakref.ref(out)))
    gc.disable()
    try:
        with nst.observe(model, sgd(model), stride=1):
            optimizer = sgd(model)
            plain(model, optimizer)
        with nst.observe(model, optimizer, stride=1) as run:
            plain(model, optimizer)
        assert run.steps == 6
        assert sum(out() is not None for out in made) == 0
    finally:
        gc.enable()


def test_looking_fails_alone(monkeypatch: pytest.MonkeyPatch):
    """Whatever goes wrong in the observer, the training goes on, and it is noted."""
    monkeypatch.setattr(sys.modules["nodescope.torch.recorder"], "of_parameters", lambda *_: 1 / 0)
    torch.manual_seed(0)
    model = mlp()
    optimizer = sgd(model)
    with nst.observe(model, optimizer) as run:
        assert len(plain(model, optimizer)) == 6
    assert run.notes[0] == "observing ended at step 0, the training went on: ZeroDivisionError: division by zero"


def observed(model: nn.Module, loss_of: Any, steps: int = 6, rate: float = 0.01, **settings: Any) -> ns.Recorded:
    optimizer = torch.optim.SGD(model.parameters(), rate)
    with nst.observe(model, optimizer, stride=1, **settings) as run:
        for step in range(steps):
            optimizer.zero_grad()
            loss_of(model, step).backward()
            optimizer.step()
    return run


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
