"""A table of 100,000 columns: fitted, or refused in a line, in seconds and without its names being listed."""

from pathlib import Path

import numpy as np
import pytest

import nodescope as ns

MANY = 100_000


@pytest.mark.timeout(120)
def test_a_hundred_thousand_columns(tmp_path: Path):
    path = tmp_path / "wide.csv"
    rows = np.random.default_rng(0).integers(0, 9, size=(3, MANY)).tolist()
    header = ",".join(f"c{i}" for i in range(MANY))
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    run = ns.descend(data=path, goal="c7", epochs=2, alpha="auto")
    assert run.recipe.d == MANY - 1
    assert len(run.predict(path)) == 3
    for wrong in ({"goal": "absent"}, {"goal": "c1", "inputs": ["c2", "nowhere"]}, {"goal": "c1", "inputs": ["c1"]}):
        with pytest.raises(ns.InputError) as told:
            ns.descend(data=path, epochs=1, **wrong)
        assert len(str(told.value)) < 500 + len(str(path))
    assert len(repr(run)) < 2000
    assert len(str(ns.diagnose(run))) < 20_000
    ns.save(run, tmp_path / "a.nodescope")
    assert ns.load(tmp_path / "a.nodescope").weight.tobytes() == run.weight.tobytes()
