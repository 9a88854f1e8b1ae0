"""Gates of recurrent layers, against the formulas in plain NumPy, step by step and sequence by sequence."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import nodescope as ns
from nodescope.torch import gates as told_by
from nodescope.torch import observe


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gates(kind, x, h, c, p):
    """Gates of one step of one sequence: written down from Gers et al. 2000, Cho et al. 2014, in PyTorch's order of rows."""
    n = len(h)
    a, b = p["weight_ih"] @ x + p["bias_ih"], p["weight_hh"] @ h + p["bias_hh"]
    if kind == "lstm":
        i, f, o = (sigmoid(a[k : k + n] + b[k : k + n]) for k in (0, n, 3 * n))
        g = np.tanh(a[2 * n : 3 * n] + b[2 * n : 3 * n])
        c = f * c + i * g
        return np.concatenate([i, f, g, o]), o * np.tanh(c), c
    if kind == "gru":
        r, z = (sigmoid(a[k : k + n] + b[k : k + n]) for k in (0, n))
        g = np.tanh(a[2 * n :] + r * b[2 * n :])
        return np.concatenate([r, z, g]), (1 - z) * g + z * h, c
    h = np.tanh(a + b) if kind == "rnn" else np.maximum(a + b, 0)
    return h, h, c


def walked(kind, x, p, size):
    """All gates (t, g) and outputs (t, h) of one sequence from a state of zeros."""
    h, c, values, outputs = np.zeros(size), np.zeros(size), [], []
    for row in x:
        value, h, c = gates(kind, row, h, c, p)
        values.append(value)
        outputs.append(h)
    return np.array(values), np.array(outputs)


class Net(nn.Module):
    def __init__(self, layer, head):
        super().__init__()
        self.r, self.head = layer, nn.Linear(head, 1)

    def forward(self, x):
        return self.head(self.r(x)[0])


def observed(model, forward, steps=2, **settings):
    """A few steps; what was recorded, the weights before the last of them, and those after all."""
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with observe(model, optimizer, stride=1, sharpness=False, **settings) as run:
        for _ in range(steps):
            before = {name: p.detach().clone() for name, p in model.named_parameters()}
            optimizer.zero_grad()
            forward().square().mean().backward()
            optimizer.step()
    return run, before


def numbers_of(before, prefix, ending=""):
    """A layer's parameters as NumPy has them in double precision, under the names that the formulas use."""
    kept = {}
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        kept[name] = before[f"{prefix}.{name}{ending}"].double().numpy()
    return kept


def column(run, name, quantity):
    number = next(n for n, layer in enumerate(run.layers) if layer.name == name)
    return run.trace[run.steps - 1].layers[number].as_dict().get(quantity)


KINDS = {
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
    "rnn": (nn.RNN, {}),
    "relu": (nn.RNN, {"nonlinearity": "relu"}),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_gates_of_a_layer_are_those_of_the_formulas(kind, first):
    torch.manual_seed(3)
    made, more = KINDS[kind]
    model = Net(made(2, 3, batch_first=first, **more), 3)
    x = torch.randn(4, 5, 2) if first else torch.randn(5, 4, 2)
    run, before = observed(model, lambda: model(x), examples=100)
    sequences = x.double().numpy() if first else x.transpose(0, 1).double().numpy()
    values, outputs = zip(*(walked(kind, s, numbers_of(before, "r", "_l0"), 3) for s in sequences), strict=True)
    told = column(run, "r.weight_ih_l0", "prediction")
    np.testing.assert_allclose(told, np.concatenate(values), atol=2e-6)
    np.testing.assert_allclose(column(run, "r.weight_ih_l0", "input"), np.concatenate(sequences), atol=1e-7)
    states = np.concatenate([[np.zeros(3), *each[:-1]] for each in outputs])
    np.testing.assert_allclose(column(run, "r.weight_hh_l0", "input"), states, atol=2e-6)
    total = column(run, "r.weight_ih_l0", "sum")
    if kind == "lstm":
        np.testing.assert_allclose(sigmoid(total[:, :6]), told[:, :6], atol=2e-6)
        np.testing.assert_allclose(np.tanh(total[:, 6:9]), told[:, 6:9], atol=2e-6)
    assert not [note for note in run.notes if "gates" in note]


@pytest.mark.parametrize("kind", KINDS)
def test_gates_of_a_cell_are_those_of_the_formulas(kind):
    torch.manual_seed(4)
    cells = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell, "relu": nn.RNNCell}
    model = nn.ModuleDict({"r": cells[kind](2, 3, **KINDS[kind][1]), "head": nn.Linear(3, 1)})
    x = torch.randn(5, 4, 2)

    def forward():
        state = None
        for row in x:
            state = model["r"](row, state)
        return model["head"](state[0] if kind == "lstm" else state)

    run, before = observed(model, forward, examples=100)
    values = [walked(kind, x[:, s].double().numpy(), numbers_of(before, "r"), 3)[0] for s in range(4)]
    told = column(run, "r.weight_ih", "prediction")  # the four examples of each step, one step after the other
    np.testing.assert_allclose(told, np.stack(values, axis=1).reshape(20, -1), atol=2e-6)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_sequences_of_different_lengths_two_layers_both_ways(kind):
    torch.manual_seed(5)
    layer = KINDS[kind][0](2, 3, 2, bidirectional=True)
    model = Net(layer, 6)
    lengths, x = [4, 3, 1], torch.randn(4, 3, 2)

    def forward():
        out, _ = layer(pack_padded_sequence(x, lengths))
        return model.head(pad_packed_sequence(out)[0])

    run, before = observed(model, forward, examples=100)
    sequences = [x[:length, s].double().numpy() for s, length in enumerate(lengths)]
    for level in (0, 1):
        outputs = []
        for ending in ("", "_reverse"):
            turn = slice(None, None, -1 if ending else 1)
            p = numbers_of(before, "r", f"_l{level}{ending}")
            found = [walked(kind, s[turn], p, 3) for s in sequences]
            told = column(run, f"r.weight_ih_l{level}{ending}", "prediction")
            np.testing.assert_allclose(told, np.concatenate([values for values, _ in found]), atol=2e-6)
            outputs.append([output[turn] for _, output in found])
        sequences = [np.concatenate(both, axis=1) for both in zip(*outputs, strict=True)]


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_a_projected_state_and_no_biases():
    torch.manual_seed(6)
    layer = nn.LSTM(2, 4, proj_size=2, bias=False, batch_first=True)
    model, x = Net(layer, 2), torch.randn(2, 3, 2)
    run, before = observed(model, lambda: model(x), examples=100)
    u, w, r = (before[f"r.weight_{name}_l0"].double().numpy() for name in ("ih", "hh", "hr"))
    values = []
    for s in x.double().numpy():
        h, c = np.zeros(2), np.zeros(4)
        for row in s:
            i, f, g, o = np.split(u @ row + w @ h, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = r @ (sigmoid(o) * np.tanh(c))
            values.append(np.concatenate([sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)]))
    np.testing.assert_allclose(column(run, "r.weight_ih_l0", "prediction"), values, atol=2e-6)


def test_a_given_start_is_gone_on_from():
    torch.manual_seed(7)
    layer, x, start = nn.GRU(2, 3), torch.randn(1, 2, 2), torch.randn(1, 2, 3)
    model = Net(layer, 3)
    run, before = observed(model, lambda: model.head(layer(x, start)[0]), examples=100)
    p = numbers_of(before, "r", "_l0")
    values = [gates("gru", x[0, s].double().numpy(), start[0, s].double().numpy(), None, p)[0] for s in (0, 1)]
    np.testing.assert_allclose(column(run, "r.weight_ih_l0", "prediction"), values, atol=2e-6)


def test_behind_a_dropout_whose_draw_is_not_known_no_gates_are_told():
    torch.manual_seed(8)
    model, x = Net(nn.LSTM(2, 3, 2, dropout=0.5), 3), torch.randn(5, 4, 2)
    run, _ = observed(model, lambda: model(x))
    assert column(run, "r.weight_ih_l0", "prediction") is not None
    assert column(run, "r.weight_ih_l1", "prediction") is None
    assert [note for note in run.notes if "gates of lstm" in note and "dropout" in note]


def test_gates_that_do_not_agree_with_what_was_seen_are_not_told(monkeypatch):
    model, x = Net(nn.LSTM(2, 3), 3), torch.randn(5, 4, 2)
    walk = told_by._STEPS["lstm"]
    monkeypatch.setitem(told_by._STEPS, "lstm", lambda a, b, states: walk(a + 0.1, b, states))
    run, _ = observed(model, lambda: model(x))
    assert column(run, "r.weight_ih_l0", "prediction") is None
    assert [note for note in run.notes if "gates of lstm" in note and "rounding" in note]


def test_long_sequences_are_told_as_far_as_work_allows():
    torch.manual_seed(9)
    model, x = Net(nn.GRU(64, 64), 64), torch.randn(500, 3, 64)
    run, before = observed(model, lambda: model(x), steps=1, examples=10**6)
    told = column(run, "r.weight_ih_l0", "prediction")
    assert 10 < len(told) < 500
    values, _ = walked("gru", x[: len(told), 0].double().numpy(), numbers_of(before, "r", "_l0"), 64)
    shown = next(layer for layer in run.layers if layer.name == "r.weight_ih_l0").shown
    np.testing.assert_allclose(told, values[:, list(shown)], atol=1e-5)


def test_numbers_in_half_precision_and_files(tmp_path):
    torch.manual_seed(10)
    model, x = Net(nn.LSTM(2, 3), 3).bfloat16(), torch.randn(3, 2, 2).bfloat16()
    run, _ = observed(model, lambda: model(x))
    told = column(run, "r.weight_ih_l0", "prediction")
    assert told is not None
    ns.save(run, tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    assert again.layers == run.layers
    assert again.layers[0].gates == ("input", "forget", "cell", "output")
    np.testing.assert_array_equal(column(again, "r.weight_ih_l0", "prediction"), told)


@pytest.mark.parametrize("kind", KINDS)
def test_not_a_bit_of_the_training_changes(kind):
    def trained(seen):
        torch.manual_seed(11)
        model = Net(KINDS[kind][0](2, 3, 2, dropout=0.3, bidirectional=True, **KINDS[kind][1]), 6)
        x = torch.randn(5, 4, 2)
        if seen:
            observed(model, lambda: model(x), steps=4)
        else:
            optimizer = torch.optim.SGD(model.parameters(), 0.1)
            for _ in range(4):
                optimizer.zero_grad()
                model(x).square().mean().backward()
                optimizer.step()
        return [p.detach().clone() for p in model.parameters()], torch.get_rng_state()

    alone, seen = trained(False), trained(True)
    assert all(torch.equal(a, b) for a, b in zip(alone[0], seen[0], strict=True))
    assert torch.equal(alone[1], seen[1])


def remembering(bias=None, rows=slice(4, 8), layer=None, steps=120):
    """The first of eight numbers has to be told at the end."""
    torch.manual_seed(12)
    model = Net(layer or nn.LSTM(1, 4, batch_first=True), 4)
    if bias is not None:
        model.r.bias_hh_l0.data[rows] = bias
        model.r.bias_ih_l0.data[rows] = 0.0
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    g = torch.Generator().manual_seed(0)
    with observe(model, optimizer, sharpness=False) as run:
        for _ in range(steps):
            x = torch.randn(32, 8, 1, generator=g)
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x)[:, -1], x[:, 0]).backward()
            optimizer.step()
    return run


def found(run):
    return next((finding for finding in ns.diagnose(run).findings if finding.name == "gates"), None)


def test_a_shut_forget_gate_is_told_with_its_units_and_the_remedy_helps():
    sick = remembering(-15.0)
    told = found(sick)
    assert told.severity == "warning"
    assert "the forget gate of layer 0 (r.weight_ih_l0) is shut" in told.text
    assert "all 4 units" in told.text
    assert told.measured == 1.0
    assert "model.r.bias_ih_l0.data[4:8] = 1.0; model.r.bias_hh_l0.data[4:8] = 0.0" in told.remedy
    healed = remembering(1.0)
    assert found(healed) is None
    assert healed.losses[-1] < 0.8 * sick.losses[-1]


def test_some_shut_gates_are_a_note():
    told = found(remembering(-15.0, slice(5, 8)))
    assert told.severity == "note"
    assert "3 of 4 units" in told.text
    assert not told.remedy


@pytest.mark.parametrize(("rows", "gate", "how"), [(slice(0, 4), "input", "shut"), (slice(12, 16), "output", "shut")])
def test_gates_that_let_nothing_in_or_out(rows, gate, how):
    told = found(remembering(-15.0, rows))
    assert f"the {gate} gate" in told.text
    assert how in told.text


@pytest.mark.parametrize(("bias", "how"), [(15.0, "open"), (-15.0, "shut")])
def test_the_update_gate_of_a_gru(bias, how):
    told = found(remembering(bias, slice(4, 8), nn.GRU(1, 4, batch_first=True)))
    assert "the update gate" in told.text
    assert f"is {how}" in told.text


def test_usual_gates_are_not_worth_a_word():
    assert found(remembering()) is None
    assert found(remembering(layer=nn.GRU(1, 4, batch_first=True))) is None
    assert found(remembering(layer=nn.RNN(1, 4, batch_first=True))) is None
