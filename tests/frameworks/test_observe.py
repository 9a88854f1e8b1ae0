"""Observing changes nothing, records what PyTorch had, names what went wrong, and leaves nothing behind."""

import math

import numpy as np
import pytest
import quick_shell
import torch
from frameworks.trainings import MODELS, OPTIMIZERS, WAYS, train
from torch import nn
from torch.overrides import _len_torch_function_stack

import nodescope as ns
import nodescope.torch as nst


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("model", MODELS)
def test_observed_is_unobserved_bit_for_bit(model: str, optimizer: str, way: str):
    alone = train(model, optimizer, way, 25, observed=False)
    seen = train(model, optimizer, way, 25, observed=True)
    every = train(model, optimizer, way, 25, observed=True, stride=1, time=10.0)
    assert alone.bits == seen.bits == every.bits
    assert len(every.run.records) == every.run.steps == 25
    assert every.run.bends
    assert (way == "clipped") == any("clipped" in note for note in every.run.notes)
    assert_nothing_left(every.model, every.optimizer)


def assert_nothing_left(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    assert _len_torch_function_stack() == 0
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks
    for module in model.modules():
        assert not module._forward_hooks
        assert not module._backward_hooks
    assert all(not p._backward_hooks and not getattr(p, "_post_accumulate_grad_hooks", None) for p in model.parameters())


def small() -> tuple[nn.Module, torch.optim.Optimizer, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    x = torch.tensor([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0]], dtype=torch.float64)
    return model, torch.optim.SGD(model.parameters(), 0.1), x, x[:, :1] * x[:, 1:]


def test_what_is_recorded_is_what_pytorch_had():
    model, optimizer, x, y = small()
    seen = []
    with nst.observe(model, optimizer, stride=1) as run:
        for _ in range(4):
            optimizer.zero_grad()
            hidden = model[0](x)
            hidden.retain_grad()
            out = model[2](model[1](hidden))
            loss = nn.functional.mse_loss(out, y)
            loss.backward()
            before = model[0].weight.detach().clone()
            seen.append((before, hidden.detach().clone(), hidden.grad.clone(), model[0].weight.grad.clone(), loss.item()))
            optimizer.step()
    for step, (weight, total, delta, gradient, loss) in enumerate(seen):
        told = run.trace[step].layers[0]
        for name, expected in (("weight", weight), ("sum", total), ("delta", delta), ("weighted_delta", gradient), ("input", x)):
            assert np.array_equal(told[name], expected.numpy()), name
        assert np.array_equal(told.prediction, torch.tanh(total).numpy())
        assert np.array_equal(told.new_weight, weight.numpy() - told.alpha_delta)
        assert run.trace[step].loss == run.losses[step] == loss
    assert run.trace[1:3].layers[1]["weight"].shape == (2, 1, 3)
    assert run.trace[:].to_pandas().shape[0] == 4
    assert [layer.activation for layer in run.layers] == ["tanh", ""]


def test_everything_goes_when_the_loop_raises():
    model, optimizer, x, _y = small()

    def train() -> None:
        with nst.observe(model, optimizer) as run:
            runs.append(run)
            model(x).sum().backward()
            optimizer.step()
            _ = 1 / 0

    runs: list = []
    with pytest.raises(ZeroDivisionError):
        train()
    run = runs[0]
    assert_nothing_left(model, optimizer)
    assert run.ending is ns.Ending.INTERRUPTED
    assert run.steps == 1
    assert "ZeroDivisionError" in run.notes[-1]
    with nst.observe(model, optimizer):
        pass


def test_a_record_stays_within_its_memory():
    model = nn.Sequential(nn.Linear(200, 300), nn.ReLU(), nn.Linear(300, 1))
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    with nst.observe(model, optimizer, memory=4 * 2**20, time=100.0, sharpness=False) as run:
        for _ in range(60):
            optimizer.zero_grad()
            model(torch.ones(8, 200)).sum().backward()
            optimizer.step()
    assert sum(record.nbytes for record in run.records) <= 4 * 2**20
    assert run.stride > 1
    assert run.trace.steps.tolist() == list(range(0, 60, run.stride))
    assert len(run.layers[0].shown) <= 64


def test_a_file_gives_the_same_run_and_the_same_verdict(tmp_path):
    run = train("dropout and batch norm", "Adam", "clipped", 30, observed=True).run
    ns.save(run, tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    assert str(ns.diagnose(again)) == str(ns.diagnose(run))
    for one, other in zip(run.records, again.records, strict=True):
        assert one.step == other.step
        for a, b in zip(one.layers, other.layers, strict=True):
            assert {name: column.tobytes() for name, column in a.items()} == {name: column.tobytes() for name, column in b.items()}
    with pytest.raises(ns.InputError, match="observed in PyTorch"):
        ns.resume(tmp_path / "run.nodescope")
    said = quick_shell.call("diagnose", tmp_path / "run.nodescope").stdout
    assert ns.diagnose(run).verdict.split(".")[0] in said


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_side_by_side(rule: str):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    run = ns.descend(
        network=ns.network([3, 6, 2], activation="gelu", seed=5), input=x, goal=y, steps=40, batch=5, rule=rule, order="shuffled",
        alpha=ns.schedule("cosine", start=0.02, steps=40),
    )  # fmt: skip
    both = nst.side_by_side(run)
    assert both.agrees
    assert both.steps == 40
    assert both.largest < 1e-13
    assert both.first_bit is not None  # added up in another order: without it, nothing was compared


def test_the_first_difference_is_named_and_the_factor_2_told():
    model, optimizer, x, y = small()
    ours = nst.from_torch(model)
    with nst.observe(model, optimizer, stride=1) as seen:
        for _ in range(20):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
    same = ns.descend(network=ours, input=x.numpy(), goal=y.numpy(), alpha=0.2, batch="all", steps=20)
    both = nst.side_by_side(same, seen)
    assert both.agrees
    assert both.factor == 2.0
    assert "2 times ours" in str(both)
    other = nst.side_by_side(ns.descend(network=ours, input=x.numpy(), goal=y.numpy(), alpha=0.1, batch="all", steps=20), seen)
    assert (other.first.step, other.first.quantity) == (0, "alpha_delta")
    assert other.first.ours == pytest.approx(other.first.theirs / 2)


@pytest.mark.parametrize("activation", ["identity", "relu", "leaky relu", "tanh", "sigmoid", "softplus", "gelu"])
def test_networks_go_both_ways(activation: str):
    network = ns.network([3, 4, 2], activation=activation, seed=1)
    model = nst.to_torch(network)
    x = np.linspace(-3, 3, 12).reshape(4, 3)
    run = ns.descend(network=network, input=x, goal=np.zeros((4, 2)), alpha=0.1, steps=0)
    assert model(torch.from_numpy(x)).detach().numpy() == pytest.approx(run.predict(x), rel=1e-13, abs=1e-15)
    back = nst.from_torch(model)
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, network.weights, strict=True))
    assert [a.name for a in back.activations] == [a.name for a in network.activations]


def observed(step, *, rate: float = 0.1, steps: int = 3) -> ns.Diagnosis:
    """Of a model with one weight of 1, and a loss that is given the weight."""
    weight = nn.Linear(1, 1, bias=False)
    nn.init.ones_(weight.weight)
    optimizer = torch.optim.SGD(weight.parameters(), rate)
    with nst.observe(weight, optimizer) as run:
        for t in range(steps):
            optimizer.zero_grad()
            step(weight(torch.ones(1, 1)), t).backward()
            optimizer.step()
    return ns.diagnose(run)


@pytest.mark.parametrize(
    ("loss", "step", "quantity", "operand"),
    [
        (lambda p, t: torch.log(p - 1.0).sum() if t else p.sum() * 0.0, 1, "log", 0.0),
        (lambda p, t: (1.0 / (p - p.detach())).sum() if t == 2 else p.sum() * 0.0, 2, "division", 0.0),
        (lambda p, _: torch.sqrt(p - p.detach()).sum(), 0, "slope of sqrt", 0.0),
        (lambda p, t: torch.exp(p * 1000.0).sum() if t == 1 else p.sum() * 0.0, 1, "exp", 1000.0),
        (lambda p, t: (p * torch.tensor(math.nan)).sum() if t == 1 else p.sum() * 0.0, 1, "mul", None),
    ],
)
def test_the_first_cause_is_named(loss, step: int, quantity: str, operand: float | None):
    """By hand: the weight is 1 and stays 1 until the step in question."""
    found = observed(loss)
    cause = found.cause
    assert (cause.step, cause.quantity) == (step, quantity), cause
    assert found.findings[0].name == "non-finite"
    if operand is None:
        assert cause.where == "the data"
    else:
        assert operand in [number for _, number in cause.operands]


def test_growth_has_the_step_from_which_there_was_no_way_back():
    """Loss w⁴: from w = 1 at rate 1 the weight goes 1, −3, 105, …: from step 1 on the loss is never again what it was."""
    found = observed(lambda p, _: (p**4).sum(), rate=1.0, steps=12)
    assert found.cause.irreversible_from == 1
    assert found.cause.step > 2
    assert "diverges" not in found.findings[0].name
    assert "local limit" in found.verdict


def test_the_rate_is_held_against_the_local_limit():
    """Of a loss 3 w² the Hessian is 6, so the limit of plain descent is 1/3, with momentum 0.9 0.6333, with Nesterov's 0.2262."""
    for momentum, nesterov, limit in ((0.0, False, 1 / 3), (0.9, False, 3.8 / 6), (0.9, True, 3.8 / 2.8 / 6)):
        weight = nn.Linear(1, 1, bias=False)
        optimizer = torch.optim.SGD(weight.parameters(), 0.1, momentum=momentum, nesterov=nesterov)
        with nst.observe(weight, optimizer) as run:
            for _ in range(3):
                optimizer.zero_grad()
                (3 * weight(torch.ones(1, 1)) ** 2).sum().backward()
                optimizer.step()
        assert run.bends[0].value == pytest.approx(6.0, rel=1e-6)
        assert run.bends[0].limit == pytest.approx(limit, rel=1e-6)
        assert run.bends[0].shares[0] == pytest.approx(1.0)


def test_adam_is_judged_by_what_it_divides_by():
    """Loss 3 w² at w = 1 with rate 0: the gradient is 6 at every step, so Adam divides by 6 (+ 1e-8): λ is 6 / 6, the limit 38."""
    weight = nn.Linear(1, 1, bias=False)
    nn.init.ones_(weight.weight)
    optimizer = torch.optim.Adam(weight.parameters(), 1e-12)
    with nst.observe(weight, optimizer) as run:
        for _ in range(20):
            optimizer.zero_grad()
            (3 * weight(torch.ones(1, 1)) ** 2).sum().backward()
            optimizer.step()
    assert run.bends[-1].limit == pytest.approx(38.0, rel=1e-4)


class Odd(nn.Module):
    """A layer of its own kind, and one that is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.used, self.unused = nn.Linear(2, 1), nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.used(x * self.scale)


def test_layers_that_are_not_known_are_named():
    model = Odd()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer) as run:
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.ones(3, 2)).sum().backward()
            optimizer.step()
    assert any("unused" in note and "not seen at work" in note for note in run.notes)
    assert any("the model (Odd)" in note for note in run.notes)


def test_half_precision_and_autocast():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer, stride=1) as run:
        for _ in range(3):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(torch.ones(5, 4)).float().square().mean()
            loss.backward()
            optimizer.step()
    assert run.trace[2].layers[0]["sum"].dtype == np.float32
    assert run.layers[0].activation == "relu"
    assert not ns.diagnose(run).withheld


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _m, o: nst.observe(nn.ReLU(), o), ["ReLU", "no parameters"]),
        (lambda _m, o: nst.observe(nn.Linear(1, 1), o), ["none of the model's 2 parameters", "another model"]),
        (lambda m, _o: nst.observe(m, "adam"), ["optimizer is str"]),
        (lambda m, o: nst.observe(m, o, stride=0), ["stride is 0"]),
        (lambda m, o: nst.observe(m, o, time=-1), ["time is -1"]),
        (lambda m, o: nst.observe(m, o, nodes={"0": [9]}), ["'0' has 9", "0 to 2"]),
        (lambda _m, _o: nst.from_torch(nn.LSTM(1, 1)), ["LSTM", "Linear"]),
        (lambda _m, _o: nst.from_torch(Odd()), ["Odd", "Sequential"]),
        (lambda _m, _o: nst.to_torch(3), ["int"]),
        (lambda m, o: ns.diagnose(nst.observe(m, o)), ["with observe"]),
    ],
)
def test_bad_input_is_one_clear_message(make, words: list[str]):
    model, optimizer, _, _ = small()
    with pytest.raises(ns.InputError) as caught:
        make(model, optimizer)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "\n" not in str(caught.value)


def test_nested_or_left_open_is_said():
    model, optimizer, _, _ = small()
    observer = nst.observe(model, optimizer)
    observer.__enter__()
    try:
        with pytest.raises(ns.InputError, match="being observed already"), nst.observe(model, optimizer):
            pass
    finally:
        observer.__exit__(None, None, None)
    assert_nothing_left(model, optimizer)


@pytest.mark.parametrize("ask", [ns.verify, ns.export, ns.explain, ns.compare])
def test_what_needs_a_replay_says_that_there_is_none(ask, tmp_path):
    run = train("mlp", "SGD", "plain", 2, observed=True).run
    more = {ns.export: (tmp_path / "x.svg",), ns.explain: (0,), ns.compare: (run,)}.get(ask, ())
    with pytest.raises(ns.InputError, match="observed in PyTorch"):
        ask(run, *more)
