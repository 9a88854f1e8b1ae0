"""Any loop: several at once, wrapped optimizers, updates by hand, closures after batches, threads; layers of every name."""

import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.overrides import _len_torch_function_stack

import nodescope as ns
import nodescope.torch as nst

X = torch.randn(48, 4, generator=torch.Generator().manual_seed(2))
Y = X[:, :1] - 0.5 * X[:, 1:2]


def mlp() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Linear(12, 1))


def bits(*models: nn.Module) -> list[bytes]:
    return [p.detach().numpy().tobytes() for model in models for p in model.parameters()]


def play(observed: bool) -> tuple[list[bytes], list[float], list[float], list[Any]]:
    """A generator and its judge."""
    maker, judge = mlp(), nn.Sequential(nn.Linear(1, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    om, oj = torch.optim.Adam(maker.parameters(), 1e-2), torch.optim.SGD(judge.parameters(), 0.05)
    mine: list[float] = []
    theirs: list[float] = []
    watched = [nst.observe(maker, om, stride=1), nst.observe(judge, oj, stride=1)] if observed else [nullcontext(), nullcontext()]
    with watched[0] as a, watched[1] as b:
        for _ in range(8):
            oj.zero_grad()
            loss = F.softplus(-judge(Y)).mean() + F.softplus(judge(maker(X).detach())).mean()
            loss.backward()
            oj.step()
            theirs.append(loss.item())
            om.zero_grad()
            loss = F.softplus(-judge(maker(X))).mean()
            loss.backward()
            om.step()
            mine.append(loss.item())
    return bits(maker, judge), mine, theirs, [a, b]


def test_two_are_observed_at_once():
    alone, seen = play(False), play(True)
    assert alone[:3] == seen[:3]
    a, b = seen[3]
    assert (a.losses, b.losses) == (seen[1], seen[2])
    assert [layer.name for layer in a.layers] == [layer.name for layer in b.layers] == ["0", "2"]
    assert a.trace[3].layers[0].input.shape == (48, 4)
    for run in (a, b):
        assert all(finding.severity == "note" for finding in ns.diagnose(run).findings)
        assert not any("observing ended" in note for note in run.notes)
    assert _len_torch_function_stack() == 0


def test_the_same_optimizer_twice_is_refused():
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer), pytest.raises(ns.InputError, match="being observed already"), nst.observe(model, optimizer):
        pass
    assert _len_torch_function_stack() == 0


def test_observers_that_end_in_another_order():
    models = [mlp(), mlp()]
    first, second = (nst.observe(model, torch.optim.SGD(model.parameters(), 0.1)) for model in models)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert _len_torch_function_stack() == 0


class Unmade(torch.optim.Optimizer):
    """Keeps another and never makes itself one."""

    def __init__(self, inner: torch.optim.Optimizer) -> None:
        self.optimizer = inner

    param_groups = property(lambda self: self.optimizer.param_groups)
    state = property(lambda self: self.optimizer.state)

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.optimizer.zero_grad(set_to_none)

    def step(self, closure: Any = None) -> Any:
        return self.optimizer.step(closure)


class NoOptimizer:
    """Keeps another, and is none."""

    def __init__(self, inner: torch.optim.Optimizer) -> None:
        self.inner = inner

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def step(self) -> None:
        self.inner.step()


def train(model: nn.Module, optimizer: Any, steps: int = 6) -> list[float]:
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("wrap", [Unmade, NoOptimizer, lambda o: Unmade(Unmade(o))])
def test_an_optimizer_that_wraps_another(wrap: Callable[[Any], Any]):
    alone = mlp()
    train(alone, torch.optim.Adam(alone.parameters(), 1e-2))
    model = mlp()
    optimizer = wrap(torch.optim.Adam(model.parameters(), 1e-2))
    with nst.observe(model, optimizer, stride=1) as run:
        losses = train(model, optimizer)
    assert run.losses == losses
    assert run.optimizer["name"] == "Adam"
    assert bits(alone) == bits(model)


def in_place(model: nn.Module) -> None:
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
    model.zero_grad()


def anew(model: nn.Module) -> None:
    for p in model.parameters():
        p.data = p.data - 0.1 * p.grad
        p.grad = None


@pytest.mark.parametrize("update", [in_place, anew])
def test_updates_by_hand(update: Callable[[nn.Module], None]):
    results = []
    for observed in (False, True):
        model, losses = mlp(), []
        with nst.observe(model, stride=1) if observed else nullcontext() as run:
            for _ in range(5):
                loss = F.mse_loss(model(X), Y)
                loss.backward()
                update(model)
                losses.append(loss.item())
        results.append((bits(model), losses))
    assert results[0] == results[1]
    assert run.losses == losses
    assert run.optimizer["alpha"] == pytest.approx(0.1, rel=1e-5)
    for step in range(4):
        here, there = run.trace[step].layers[0], run.trace[step + 1].layers[0]
        assert np.array_equal(here.new_weight, there.weight)
        assert here.alpha_delta == pytest.approx(0.1 * here.weighted_delta, abs=1e-7)
    assert all(finding.severity == "note" for finding in ns.diagnose(run).findings)


def test_a_closure_after_a_batch():
    """The loss is that of both parts; where the closure sets gradients back, its own."""
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)

    def part(rows: slice) -> Tensor:
        loss = F.mse_loss(model(X[rows]), Y[rows]) / 2
        loss.backward()
        return loss

    with nst.observe(model, optimizer, stride=1) as run:
        for _ in range(3):
            optimizer.zero_grad()
            whole = part(slice(0, 24)).item()
            whole += optimizer.step(lambda: part(slice(24, 48))).item()
        part(slice(0, 24))

        def again() -> Tensor:
            optimizer.zero_grad()
            return part(slice(24, 48))

        own = optimizer.step(again).item()
    assert run.losses[2:] == pytest.approx([whole, own], rel=1e-6)


def test_threads_of_their_own():
    runs: dict[int, Any] = {}

    def work(number: int) -> None:
        torch.manual_seed(number)
        model = nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Linear(12, 1))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with nst.observe(model, optimizer) as run:
            runs[number] = (run, train(model, optimizer, 10))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(run.losses == losses and run.notes == [] for run, losses in runs.values())
    assert len(runs) == 3


def test_another_threads_training_is_not_disturbed():
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer) as run:
        thread = threading.Thread(target=train, args=(model, optimizer, 10))
        thread.start()
        thread.join()
    assert run.steps == 10
    assert {finding.name for finding in ns.diagnose(run).findings if finding.severity != "note"} == {"unknown"}


class Own(nn.Module):
    """Calls F.linear on a parameter that it calls something else."""

    def __init__(self, inputs: int, nodes: int) -> None:
        super().__init__()
        self.base = nn.Parameter(torch.randn(nodes, inputs) / inputs**0.5)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(torch.tanh(x), self.base)


class Turned(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table, self.back, self.own = nn.Embedding(9, 6), nn.ConvTranspose1d(6, 3, 2), Own(3, 2)

    def forward(self, ids: Tensor) -> Tensor:
        out: Tensor = self.own(self.back(self.table(ids).transpose(1, 2)).transpose(1, 2))
        return out


def test_layers_of_every_name():
    torch.manual_seed(0)
    model, ids = Turned(), torch.arange(20).reshape(4, 5) % 9
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer, stride=1) as run:
        for _ in range(3):
            optimizer.zero_grad()
            model(ids).square().mean().backward()
            before = [p.detach().clone() for p in (model.table.weight, model.back.weight, model.own.base)]
            optimizer.step()
    table, back, own = run.trace[2].layers
    assert [(layer.kind, layer.nodes, layer.inputs) for layer in run.layers] == [
        ("Embedding", 6, 9), ("ConvTranspose1d", 3, 12), ("Own", 2, 3),
    ]  # fmt: skip
    assert np.array_equal(table.weight, before[0].numpy().T)
    assert table.sum == pytest.approx(before[0][ids.reshape(-1)].numpy())
    assert np.array_equal(back.weight, before[1].movedim(1, 0).reshape(3, -1).numpy())
    assert own.sum == pytest.approx(own.input @ own.weight.T, abs=1e-6)
    assert own.delta.T @ own.input == pytest.approx(own.weighted_delta, abs=1e-7)


@pytest.mark.filterwarnings("ignore:Using a target size:UserWarning")
def test_facts_survive_the_file(tmp_path: Any):
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer) as run:
        for step in range(5):
            F.mse_loss(model(X), Y[:, 0]).backward()
            optimizer.step()
            run.note(validation=1.0 / (step + 1))
    ns.save(run, tmp_path / "a.nodescope")
    again = ns.load(tmp_path / "a.nodescope")
    assert again.facts == run.facts
    assert again.facts.noted == {"validation": [(step + 1, 1.0 / (step + 1)) for step in range(5)]}
    assert ns.diagnose(again).verdict == ns.diagnose(run).verdict
    with pytest.raises(ns.InputError, match="validation is 'much'"):
        run.note(validation="much")


def test_a_validation_loss_that_turns_up():
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    with nst.observe(model, optimizer) as run:
        for step in range(40):
            optimizer.zero_grad()
            F.mse_loss(model(X), Y).backward()
            optimizer.step()
            run.note(validation=1.0 + abs(step - 12) / 20)
    found = next(finding for finding in ns.diagnose(run).findings if finding.name == "overfitting")
    assert (found.severity, found.step) == ("warning", 13)


def test_a_warning_keeps_its_own_place():
    """PyTorch warns of the training's line, not of the observer's."""
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    places: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda *told: places.append(told[2])
        with nst.observe(model, optimizer):
            nn.functional.mse_loss(model(torch.ones(3, 2)), torch.ones(3)).backward()
            optimizer.step()
    assert places
    assert set(places) == {__file__}


class Told:
    """A tracker that remembers, and may fail."""

    def __init__(self, fails: bool = False) -> None:
        self.seen: list[tuple[int, dict[str, float]]] = []
        self.texts: dict[str, str] = {}
        self.fails, self.closed = fails, False

    def figures(self, step: int, figures: Any) -> None:
        if self.fails:
            raise OSError("no way there")
        self.seen.append((step, dict(figures)))

    def text(self, name: str, text: str) -> None:
        self.texts[name] = text

    def alert(self, headline: str, text: str) -> None:
        self.texts["alert"] = text

    def close(self) -> None:
        self.closed = True


def test_a_tracker_is_told_of_each_step_and_of_the_verdict():
    model, told = mlp(), Told()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    with nst.observe(model, optimizer, stride=1, to=told) as run:
        for _ in range(5):
            optimizer.zero_grad()
            F.mse_loss(model(X), Y).backward()
            optimizer.step()
    assert [step for step, _ in told.seen] == list(range(5))
    assert [figures["loss"] for _, figures in told.seen] == run.losses
    assert [figures["0/gradient"] for _, figures in told.seen] == run.over_time["gradient"][:, 0].tolist()
    assert [figures["2/update"] for _, figures in told.seen] == run.over_time["update"][:, 1].tolist()
    assert told.texts == {"verdict": ns.diagnose(run).verdict}
    assert told.closed


def test_a_tracker_that_fails_ends_neither_training_nor_observing():
    model, told = mlp(), Told(fails=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    with nst.observe(model, optimizer, to=told) as run:
        for _ in range(5):
            optimizer.zero_grad()
            F.mse_loss(model(X), Y).backward()
            optimizer.step()
    assert run.steps == 5
    assert any("tracker" in note and "no way there" in note for note in run.notes)
