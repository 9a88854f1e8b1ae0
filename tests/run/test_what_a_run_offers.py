"""`run.diagnose()` and its kin are the functions of the same names."""

import inspect

import polars
import pyarrow
import pytest

import nodescope as ns
from nodescope.run.offers import OffersOfReplayed


@pytest.fixture
def run():
    return ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10)


def test_the_same_as_the_functions(run, tmp_path):
    assert run.diagnose().verdict == ns.diagnose(run).verdict
    assert str(run.explain(1)) == str(ns.explain(run, 1))
    assert run.verify().passed
    assert run.compare(run).sentence == ns.compare(run, run).sentence
    run.save(tmp_path / "a.nodescope")
    assert ns.load(tmp_path / "a.nodescope").weight == run.weight
    run.export(tmp_path / "a.md")
    ns.export(run, tmp_path / "b.md")
    assert (tmp_path / "a.md").read_text() == (tmp_path / "b.md").read_text()
    with pytest.raises(ns.FileError, match="overwrite=True replaces it"):
        run.save(tmp_path / "a.nodescope")


@pytest.mark.parametrize("name", ["diagnose", "explain", "verify", "show", "export", "save", "compare"])
def test_their_parameters_are_the_functions(name):
    ours, theirs = (
        list(inspect.signature(f).parameters.values())[1:] for f in (getattr(OffersOfReplayed, name), getattr(ns, name))
    )
    assert [(p.name, p.kind, p.default) for p in ours if name != "compare"] == [
        (p.name, p.kind, p.default) for p in theirs if name != "compare"
    ]


def test_a_window_is_an_arrow_stream_for_any_library():
    run = ns.descend(weight=[0.4, 0.1], input=[[1, 2], [3, 4]], goal=[0.6, 1.0], alpha=0.01, epochs=4, batch=2)
    window = run.trace[1:4]
    table = pyarrow.table(window)
    assert table.column_names == window.to_arrow().column_names
    assert table["weight[1]"].to_pylist() == window["weight"][:, 1].tolist()
    assert polars.DataFrame(window)["alpha"].to_list() == [0.01] * 3
    schema = pyarrow.schema([(name, pyarrow.float64()) for name in table.column_names])
    assert pyarrow.RecordBatchReader.from_stream(window, schema=schema).schema == schema
    again = ns.descend(data=window, inputs=["weight[0]"], goal="mse", alpha=0.1, epochs=1)
    assert again.recipe.n == 3


def test_a_trace_is_gone_through_step_by_step(run):
    assert [step.step for step in run.trace] == list(range(10))
    assert [step.new_weight for step in run.trace][-1] == run.weight
