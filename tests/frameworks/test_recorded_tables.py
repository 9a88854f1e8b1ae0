"""An observed run read by a colleague who has its file: as tables, as a page of text, in the shell."""

import csv
import io
import json
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas
import pytest
import quick_shell
import torch
from pyarrow import parquet
from torch import nn

import nodescope as ns
import nodescope.torch as nst
from nodescope.run.recorded import Record, Recorded, RecordedLayer
from nodescope.views.numbers import in_markdown

OTHERS = (".svg", ".png", ".pdf")


def by_hand() -> Recorded:
    """Two nodes of one input; at step 0 two examples, at step 10 one; of 20 steps every tenth was recorded."""

    def record(step: int, weight: float, examples: int) -> Record:
        columns = {"weight": np.array([[weight], [0.1]], np.float32), "sum": np.full((examples, 2), weight * 2)}
        return Record(step, 0.05, 1.0 / (1 + step), (columns,))

    layer = RecordedLayer("fc|1", "Linear", 1, 8, (0, 7), "tanh", "requires_grad is off")
    losses = [1.0 / (1 + step) for step in range(20)]
    records = [record(0, 0.5, 2), record(10, -0.5, 1)]
    return Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.05}, (layer,), losses, records, 10, ns.Ending.STEPS_USED, ["a note"])


TENTH = float(np.float32(0.1))
NAMES = [
    "step", "loss", "alpha", "layers[0].weight[0, 0]", "layers[0].weight[1, 0]",
    "layers[0].sum[0, 0]", "layers[0].sum[0, 1]", "layers[0].sum[1, 0]", "layers[0].sum[1, 1]",
]  # fmt: skip
ROWS = [
    [0, 1.0, 0.05, 0.5, TENTH, 1.0, 1.0, 1.0, 1.0],
    [10, 1 / 11, 0.05, -0.5, TENTH, -1.0, -1.0, math.nan, math.nan],
]


def test_csv_has_every_recorded_number(tmp_path: Path):
    ns.export(by_hand(), tmp_path / "x.csv")
    names, *rows = csv.reader(io.StringIO((tmp_path / "x.csv").read_text(), newline=""))
    assert names == NAMES
    assert [row[0] for row in rows] == ["0", "10"]
    np.testing.assert_array_equal([[float(cell) for cell in row] for row in rows], ROWS)


def test_parquet_has_every_recorded_number(tmp_path: Path):
    ns.export(by_hand(), tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.column_names == NAMES
    np.testing.assert_array_equal(np.array([list(row.values()) for row in table.to_pylist()]), ROWS)


def test_one_step_is_a_table_of_one_row():
    """Story: it raised TypeError, as a step has no first axis."""
    trace = by_hand().trace
    for step in (0, 10):
        one, window = trace[step], trace[step : step + 1]
        pandas.testing.assert_frame_equal(one.to_pandas(), window.to_pandas())
        assert one.to_arrow().equals(window.to_arrow())
        assert one.to_polars().equals(window.to_polars())
        assert list(one.layers[0].to_pandas().columns) == list(window.layers[0].to_pandas().columns)
        assert one.to_pandas().shape[0] == 1
    assert trace[0].as_dict() == {"step": 0, "loss": 1.0, "alpha": 0.05}


def test_the_page_of_text_has_verdict_findings_and_layers(tmp_path: Path):
    run = by_hand()
    ns.export(run, tmp_path / "x.md")
    page = (tmp_path / "x.md").read_text()
    found = ns.diagnose(run)
    assert page.startswith("Observed in PyTorch 2: 1 layer, optimizer SGD, alpha 0.05; 2 of 20 steps recorded\n")
    assert f"**happened** {in_markdown(run.sentence)}" in page
    assert f"**verdict** {in_markdown(found.judgement)}" in page
    for finding in found.findings:
        assert f"- {in_markdown(str(finding))}" in page
        assert in_markdown(f"threshold: {finding.threshold}; source: {finding.source}") in page
    assert "| 0 | fc\\|1 | Linear | 1 | 8 | 0, 7 | tanh | requires\\_grad is off |" in page.splitlines()
    assert "| 10 | 0.0909091 | 0.05 |" in page.splitlines()
    assert "- a note" in page.splitlines()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".md"])
def test_a_run_of_which_nothing_was_recorded_can_be_written(suffix: str, tmp_path: Path):
    ns.export(Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.05}, ()), tmp_path / f"x{suffix}")
    assert (tmp_path / f"x{suffix}").stat().st_size


def test_a_table_with_more_columns_than_can_be_read_is_refused(tmp_path: Path):
    run = Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.05}, (RecordedLayer("fc", "Linear", 600, 600, tuple(range(600))),))
    run.records, run.losses = [Record(0, 0.05, 1.0, ({"weight": np.zeros((600, 600))},))], [1.0]
    for suffix in (".csv", ".parquet"):
        with pytest.raises(ns.InputError, match=r"360,003 columns are more than .* nodes="):
            ns.export(run, tmp_path / f"x{suffix}")


@pytest.mark.parametrize("suffix", OTHERS)
def test_pictures_are_refused(suffix: str, tmp_path: Path):
    with pytest.raises(ns.InputError, match="observed in PyTorch"):
        ns.export(by_hand(), tmp_path / f"x{suffix}")
    assert not list(tmp_path.iterdir())


def test_a_step_goes_with_no_table(tmp_path: Path):
    with pytest.raises(ns.InputError, match="step goes with one step's picture or arithmetic"):
        ns.export(by_hand(), tmp_path / "x.csv", step=0)


# ---- the shell ----


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny training: 60 steps, every fourth recorded, of two and of three examples in turn."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    x = torch.tensor([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0]], dtype=torch.float64)
    with nst.observe(model, optimizer, stride=4) as run:
        for step in range(60):
            rows = slice(0, 2 + step // 4 % 2)
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x[rows]), x[rows, :1] * x[rows, 1:]).backward()
            optimizer.step()
    path = tmp_path_factory.mktemp("observed") / "seen.nodescope"
    ns.save(run, path)
    return path


def call(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = quick_shell.call(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_trace_in_the_shell(saved: Path, tmp_path: Path):
    run = ns.load(saved)
    rows = list(csv.DictReader(io.StringIO(call("trace", saved, "--from", 4, "--to", 9, "--format", "csv").stdout, newline="")))
    assert [row["step"] for row in rows] == ["4", "8"]
    assert list(rows[0])[:3] == ["step", "loss", "alpha"]
    for row in rows:
        step = run.trace[int(row["step"])]
        assert float(row["loss"]) == step.loss
        assert float(row["layers[0].weight[2, 1]"]) == step.layers[0].weight[2, 1]
        assert float(row["layers[1].delta[0, 0]"]) == step.layers[1].delta[0, 0]
    assert rows[1]["layers[0].sum[2, 0]"] == "nan"
    told = json.loads(call("trace", saved, "--from", 4, "--to", 9, "--json").stdout)
    assert told["step"] == [4, 8]
    assert told["layers"][1]["weight"] == run.trace[4:9].layers[1]["weight"].tolist()
    table = call("trace", saved, "--from", -4, "--columns", "loss,weight").stdout.splitlines()
    assert table[0].lstrip().startswith("loss  layers[0].weight[0, 0]")
    assert "delta" not in table[0]
    assert table[0].count("weight[") == 9
    assert len(table) == 2
    assert call("trace", saved, "--format", "md", "--columns", "step").stdout.splitlines()[2] == "| 0 |"
    call("trace", saved, "--format", "parquet", "--columns", "step,bias", "--out", tmp_path / "x.parquet")
    kept = parquet.read_table(tmp_path / "x.parquet")
    assert kept["step"].to_pylist() == list(range(0, 40, 4))  # ten recorded steps where no end is named
    assert kept.column_names == ["step", *(f"layers[0].bias[{node}]" for node in range(3)), "layers[1].bias[0]"]


def test_trace_of_nothing_recorded_is_one_line(saved: Path):
    said = call("trace", saved, "--from", 5, "--to", 8, code=2)
    assert said.stdout == ""
    assert said.stderr == "nodescope: no step from 5 to 7 was recorded; the nearest that was is 4 (of 60 steps, 15 were)\n"
    said = call("trace", saved, "--columns", "wieght", code=2)
    assert said.stderr.startswith("nodescope: there is no column 'wieght'; did you mean 'weight'?")


def test_a_network_of_ours_is_told_in_the_same_way(tmp_path: Path):
    """Story: `trace --json` left the layers of a network out, and `--columns` knew none of theirs."""
    run = ns.descend(network=ns.network([2, 3, 1], seed=1), input=[[0.0, 1.0], [1.0, 0.5]], goal=[1.0, 0.0], alpha=0.1, steps=3)
    ns.save(run, tmp_path / "own.nodescope")
    told = json.loads(call("trace", tmp_path / "own.nodescope", "--json", "--columns", "mse,weight").stdout)
    assert told.keys() == {"mse", "layers"}
    assert [layer.keys() for layer in told["layers"]] == [{"weight"}, {"weight"}]
    assert told["layers"][0]["weight"] == run.trace[:].layers[0]["weight"].tolist()
    head = call("trace", tmp_path / "own.nodescope", "--format", "csv", "--columns", "prediction").stdout.splitlines()[0]
    assert head == "prediction"  # the step's own, not each layer's


def test_diagnose_in_the_shell(saved: Path):
    found = ns.diagnose(ns.load(saved))
    assert call("diagnose", saved).stdout.splitlines()[0] == found.verdict
    told = json.loads(call("diagnose", saved, "--json").stdout)
    assert told["verdict"] == found.verdict
    assert [finding["name"] for finding in told["findings"]] == [finding.name for finding in found.findings]


def test_export_in_the_shell(saved: Path, tmp_path: Path):
    for suffix in (".csv", ".parquet", ".md"):
        call("export", saved, tmp_path / f"x{suffix}")
    run = ns.load(saved)
    expected = run.trace[:].to_pandas()
    names, *rows = csv.reader(io.StringIO((tmp_path / "x.csv").read_text(), newline=""))
    assert names == list(expected.columns)
    np.testing.assert_array_equal([[float(cell) for cell in row] for row in rows], expected.to_numpy())
    pandas.testing.assert_frame_equal(parquet.read_table(tmp_path / "x.parquet").to_pandas(), expected, check_exact=True)
    assert ns.diagnose(run).judgement in (tmp_path / "x.md").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--resume", "FILE"],
        ["run", "--resume", "FILE", "--steps", "100"],
        ["verify", "FILE"],
        ["verify", "FILE", "--json"],
        ["predict", "FILE", "absent.csv"],
        ["compare", "FILE", "FILE"],
        ["compare", "OWN", "FILE"],
        ["compare", "FILE", "OWN"],
        ["explain", "FILE", "--step", "4"],
        ["explain", "FILE", "--step", "400"],
        *(["export", "FILE", f"OUT{suffix}"] for suffix in OTHERS),
        ["export", "FILE", "OUT.svg", "--step", "4"],
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(arguments: list[str], saved: Path, tmp_path: Path):
    own = saved.with_name("own.nodescope")
    if not own.exists():
        ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1), own)
    names = {"FILE": str(saved), "OWN": str(own)}
    said = call(*(names.get(a, a.replace("OUT", str(tmp_path / "x"))) for a in arguments), code=2)
    assert said.stdout == ""
    assert re.fullmatch(r"nodescope: .*observed in PyTorch .*\n", said.stderr)
    assert not list(tmp_path.iterdir())
