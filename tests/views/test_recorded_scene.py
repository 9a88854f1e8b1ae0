"""The document of an observed run: every number in it is the record's, to the bit; what does not fit is left out evenly."""

import base64
import itertools
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.recorded import Record, Recorded, RecordedLayer, Trouble
from nodescope.views import recorded_scene
from nodescope.views.recorded_scene import scene_of_recorded
from nodescope.views.values import as_json

NASTY = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2]


def decoded(column: Mapping[str, Any]) -> np.ndarray:
    """By the letter: base64 of little-endian doubles, or of single precision, in rows."""
    raw, single = base64.b64decode(column["numbers"]), column.get("single", False)
    numbers = struct.unpack(f"<{len(raw) // 4}f" if single else f"<{len(raw) // 8}d", raw)
    return np.array(numbers, np.float32 if single else np.float64).reshape(column["shape"])


def layer(name: str = "fc1", **more: Any) -> RecordedLayer:
    return RecordedLayer(**{"name": name, "kind": "Linear", "inputs": 2, "nodes": 5, "shown": (1, 4), "activation": "relu"} | more)


def record(step: int, size: int = 2) -> Record:
    """Of two layers: one with all that can be seen, one with a weight alone."""
    rng = np.random.default_rng(step)

    def some(*shape: int) -> np.ndarray:
        return rng.normal(size=shape)

    whole = {
        "input": some(3, size), "weight": some(2, size).astype(np.float32), "bias": some(2), "sum": some(3, 2),
        "prediction": some(3, 2), "delta": some(3, 2), "weighted_delta": some(2, size), "alpha_delta": some(2, size),
        "new_weight": some(2, size), "bias_weighted_delta": some(2), "bias_delta": some(2), "new_bias": some(2),
    }  # fmt: skip
    return Record(step, 0.1, 1.0 / (1 + step), (whole, {"weight": some(1, 2)}))


def run(records: list[Record], steps: int, losses: list[float] | None = None, **more: Any) -> Recorded:
    layers = (layer(), layer("fc2", nodes=1, shown=(0,), activation="", kept_from="requires_grad is off"))
    optimizer = {"name": "SGD", "alpha": 0.1, "momentum": 0.9, "nesterov": False}
    losses = [1.0 / (1 + step) for step in range(steps)] if losses is None else losses
    given = {"stride": 2, "ending": ns.Ending.STEPS_USED, "notes": ["a note"]} | more
    return Recorded("PyTorch 2", optimizer, layers, losses, records, **given)


def test_every_number_is_the_records_to_the_bit():
    seen = run([record(0), record(2), record(4)], 6)
    document = json.loads(as_json(scene_of_recorded(seen)))
    assert [told["step"] for told in document["records"]] == [0, 2, 4]
    for told, kept in zip(document["records"], seen.records, strict=True):
        assert (told["alpha"], told["loss"]) == (kept.alpha, kept.loss)
        for columns, expected in zip(told["layers"], kept.layers, strict=True):
            assert columns.keys() == expected.keys()
            for name, column in expected.items():
                assert tuple(columns[name]["shape"]) == column.shape
                assert decoded(columns[name]).tobytes() == column.tobytes(), name


def test_numbers_of_no_ordinary_kind_survive():
    odd = Record(0, math.inf, math.nan, ({"weight": np.array([NASTY])}, {"weight": np.array([NASTY[:4]], np.float32)}))
    seen = run([odd], 1, losses=[math.nan])
    document = json.loads(as_json(scene_of_recorded(seen)))
    told = document["records"][0]
    assert (told["alpha"], told["loss"]) == ("Infinity", "NaN")
    for columns, expected in zip(told["layers"], odd.layers, strict=True):
        np.testing.assert_array_equal(decoded(columns["weight"]), expected["weight"])
    assert np.isnan(decoded(document["losses"]["low"])).all()


def test_inputs_are_those_of_the_examples_that_are_shown():
    """All rows of a wide layer's inputs would be most of the page, whatever `nodes=` is."""
    columns = {"input": np.arange(40.0).reshape(20, 2), "sum": np.arange(40.0).reshape(20, 2)}
    told = scene_of_recorded(run([Record(0, 0.1, 1.0, (columns, {}))], 1))["records"][0]["layers"][0]
    assert decoded(told["input"]).tolist() == columns["input"][:8].tolist()
    assert decoded(told["sum"]).tolist() == columns["sum"][:16].tolist()


def test_a_large_model_shows_fewer_nodes_of_more_steps(monkeypatch: pytest.MonkeyPatch):
    """12 steps are to fit; each node that is left keeps its numbers, and the trouble's stays."""
    rng = np.random.default_rng(0)
    wide = RecordedLayer("wide", "Linear", 50, 64, tuple(range(64)))
    records = [
        Record(step, 0.1, 1.0, ({"weight": rng.normal(size=(64, 50)).astype(np.float32), "sum": rng.normal(size=(5, 64))},))
        for step in range(40)
    ]
    trouble = Trouble(39, "wide", 0, 13, "sum", math.nan, (), "At step 39 …")
    seen = Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.1}, (wide,), [1.0] * 40, records, trouble=trouble)
    monkeypatch.setattr(recorded_scene, "MOST_NUMBERS", 8000)
    document = scene_of_recorded(seen)
    shown = document["layers"][0]["shown"]
    assert len(document["records"]) >= 10
    assert {0, 13} <= set(shown)
    assert len(shown) < 33
    told = document["records"][1]
    np.testing.assert_array_equal(decoded(told["layers"][0]["weight"]), records[told["step"]].layers[0]["weight"][shown])
    np.testing.assert_array_equal(decoded(told["layers"][0]["sum"]), records[told["step"]].layers[0]["sum"][:, shown])


def test_what_went_on_in_each_layer_is_told_of_every_record(monkeypatch: pytest.MonkeyPatch):
    """By hand: deltas 3 and 4 are √12.5 as a root mean square; alpha delta 1 beside weight 4; one of two relu nodes gives 0."""
    seen = {"delta": [[3.0, 4.0]], "alpha_delta": [[-1.0, 0.5]], "weight": [[2.0, -4.0]], "prediction": [[0.0, 1.0], [0.0, 0.0]]}
    whole = {name: np.array(numbers) for name, numbers in seen.items()}
    monkeypatch.setattr(recorded_scene, "MOST_NUMBERS", 200)
    records = [Record(step, 0.1, 1.0, (whole, {"weight": np.ones((1, 2))})) for step in range(40)]
    document = scene_of_recorded(run(records, 40))
    assert len(document["records"]) < 40
    assert document["went"]["step"] == list(range(40))
    first, second = (decoded(column) for column in document["went"]["layers"])
    np.testing.assert_allclose(first, np.tile([math.sqrt(12.5), 0.25, 0.5], (40, 1)), rtol=1e-15)
    assert np.isnan(second).all()


def test_what_it_says():
    document = scene_of_recorded(run([record(0)], 3))
    assert (document["format"], document["kind"], document["program"], document["stride"]) == (1, "recorded", "PyTorch 2", 2)
    assert document["optimizer"] == "SGD, alpha 0.1, momentum 0.9"
    assert document["title"] == "observed in PyTorch 2: 2 layers, 6 nodes"
    facts = {"name": "fc2", "kind": "Linear", "inputs": 2, "nodes": 1, "shown": [0], "activation": ""}
    assert document["layers"][1] == facts | {"kept_from": "requires_grad is off"}
    judged = ns.diagnose(run([record(0)], 3))
    assert document["verdict"] == judged.verdict
    assert document["verdict"].startswith(judged.headline)
    assert [f["text"] for f in document["findings"]] == [f.text for f in judged.findings]
    assert document["notes"] == ["a note"]
    assert (document["steps"], document["recorded"], document["trouble"]) == (3, 1, None)


def test_somebody_elses_words_come_without_characters_that_turn_a_line_around():
    seen = run([record(0)], 1, notes=["a\u202enote\n"])
    seen.layers = (layer("\u202e<script>"), seen.layers[1])
    document = scene_of_recorded(seen)
    assert document["layers"][0]["name"] == "\\u202e<script>"
    assert document["notes"] == ["a\\u202enote\\n"]


@pytest.mark.parametrize("steps", [0, 1, 4000])
def test_losses_that_are_few_are_all_there(steps: int):
    document = scene_of_recorded(run([], steps))
    assert document["losses"]["stretch"] == 1
    assert decoded(document["losses"]["low"]).tolist() == [1.0 / (1 + step) for step in range(steps)]
    assert document["losses"]["high"] is None


def test_many_losses_are_lowest_and_highest_of_each_stretch():
    losses = np.random.default_rng(0).normal(size=10_007)
    losses[[3, 5000]] = math.nan
    losses[7] = math.inf
    losses[100:200] = math.nan
    told = scene_of_recorded(run([], 0, losses=losses.tolist()))["losses"]
    stretch, low, high = told["stretch"], decoded(told["low"]), decoded(told["high"])
    assert stretch > 1
    assert len(low) == len(high) == -(-10_007 // stretch)
    for i, (least, most) in enumerate(zip(low, high, strict=True)):
        part = losses[i * stretch : (i + 1) * stretch]
        part = part[~np.isnan(part)]
        expected = (part.min(), part.max()) if len(part) else (math.nan, math.nan)
        np.testing.assert_array_equal((least, most), expected)
    assert (told["missing"], told["first"], told["last"]) == (102, losses[0], losses[-1])


def test_too_many_records_are_evenly_fewer_and_the_trouble_and_the_end_stay(monkeypatch: pytest.MonkeyPatch):
    trouble = Trouble(70, "fc1", 0, 1, "sum", math.nan, (), "At step 70 …")
    seen = run([record(step) for step in range(0, 101, 2)], 101, trouble=trouble, ending=ns.Ending.DIVERGED)
    monkeypatch.setattr(recorded_scene, "MOST_NUMBERS", 2000)
    document = scene_of_recorded(seen)
    steps = [told["step"] for told in document["records"]]
    assert {0, 70, 100} <= set(steps)
    assert 4 < len(steps) < 51
    assert len({b - a for a, b in itertools.pairwise(steps) if 70 not in (a, b) and b != 100}) == 1
    assert document["recorded"] == 51
    assert document["trouble"] == {"step": 70, "layer": 0, "where": "fc1", "text": "At step 70 …"}


def test_room_for_the_most_telling_record_alone(monkeypatch: pytest.MonkeyPatch):
    seen = run([record(step) for step in range(0, 11, 2)], 11)
    monkeypatch.setattr(recorded_scene, "MOST_NUMBERS", 200)
    assert [told["step"] for told in scene_of_recorded(seen)["records"]] == [10]


def test_a_record_too_large_names_the_remedy(monkeypatch: pytest.MonkeyPatch):
    seen = run([record(0, size=100)], 1)
    monkeypatch.setattr(recorded_scene, "MOST_NUMBERS", 100)
    with pytest.raises(ns.InputError, match=r"one recorded step .* 500.*nodes=") as caught:
        scene_of_recorded(seen)
    assert "\n" not in str(caught.value)


def test_of_a_run_of_nothing_there_is_a_document_too():
    document = scene_of_recorded(Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.1}, ()))
    assert document["records"] == document["layers"] == []
    assert decoded(document["losses"]["low"]).size == 0
