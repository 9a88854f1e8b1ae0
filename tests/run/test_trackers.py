"""Runs told to trackers: TensorBoard's files are read back by a decoder of their own, services are stand-ins that remember."""

import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import nodescope as ns
from nodescope.run.event_files import EventFile

SEED: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 20}


def crc32c(data: bytes) -> int:
    """Bit by bit (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    return crc ^ 0xFFFFFFFF


def records(path: Path) -> Iterator[bytes]:
    raw, at = path.read_bytes(), 0
    while at < len(raw):
        (length,), (check,) = struct.unpack_from("<Q", raw, at), struct.unpack_from("<I", raw, at + 8)
        data = raw[at + 12 : at + 12 + length]
        (of_data,) = struct.unpack_from("<I", raw, at + 12 + length)
        for given, told in ((raw[at : at + 8], check), (data, of_data)):
            crc = crc32c(given)
            assert told == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        yield data
        at += 16 + length


def fields(data: bytes) -> list[tuple[int, Any]]:
    """Of a protocol buffer, one level."""
    found, at = [], 0

    def whole() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while at < len(data):
        key = whole()
        kind = key & 7
        if kind == 0:
            value: Any = whole()
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            (value,) = struct.unpack_from("<d" if kind == 1 else "<f", data, at)
            at += size
        else:
            size = whole()
            value = data[at : at + size]
            at += size
        found.append((key >> 3, value))
    return found


def read(folder: Path) -> tuple[dict[tuple[str, int], float], dict[str, str]]:
    """Figures by name and step, texts by name."""
    (file,) = folder.iterdir()
    figures, texts = {}, {}
    for event in records(file):
        told = dict(fields(event))
        for number, raw in fields(told.get(5, b"")):
            assert number == 1
            value = dict(fields(raw))
            name = value[1].decode()
            if 2 in value:
                figures[name, told.get(2, 0)] = value[2]
            else:
                texts[name] = dict(fields(value[8]))[8].decode()
    return figures, texts


def test_event_files_hold_what_they_were_told(tmp_path: Path):
    file = EventFile(tmp_path / "runs")
    file.figures(3, {"loss": 0.5, "länge": -2.25})
    file.figures(300, {"loss": float("inf")})
    file.text("verdict", "All is well: ½.")
    file.close()
    figures, texts = read(tmp_path / "runs")
    assert figures == {("loss", 3): 0.5, ("länge", 3): -2.25, ("loss", 300): float("inf")}
    assert texts == {"verdict": "All is well: ½."}


def test_a_text_is_a_summary_that_the_text_plugin_shows(tmp_path: Path):
    """TensorFlow's summary.proto and tensor.proto: a tag (1), metadata (9) with the plugin's data (1) and its name (1), and a
    tensor (8) of type 7, a string, of one axis (2) with one entry (2) of size 1, whose value is field 8."""
    file = EventFile(tmp_path / "runs")
    file.text("verdict", "well" * 50)
    file.close()
    first, event = (dict(fields(record)) for record in records(next((tmp_path / "runs").iterdir())))
    assert first[3] == b"brain.Event:2"
    assert first[1] == pytest.approx(time.time(), abs=60)
    (value,) = [dict(fields(raw)) for _, raw in fields(event[5])]
    assert value[1] == b"verdict"
    assert [(n, fields(data)) for n, data in fields(value[9])] == [(1, [(1, b"text")])]
    tensor = dict(fields(value[8]))
    assert (tensor[1], tensor[8]) == (7, b"well" * 50)
    assert [(n, fields(data)) for n, data in fields(tensor[2])] == [(2, [(1, 1)])]


def test_a_run_of_ours_is_told(tmp_path: Path):
    run = ns.descend(**SEED, to=f"tensorboard:{tmp_path / 'a'}")
    figures, texts = read(tmp_path / "a")
    for t in (0, 7, 19):
        row = run.trace[t]
        assert figures["mse", t] == pytest.approx(float(row.mse), rel=1e-6)
        assert figures["weighted delta", t] == pytest.approx(abs(float(row.weighted_delta)), rel=1e-6)
        assert figures["update", t] == pytest.approx(abs(float(row.alpha_delta) / float(row.weight)), rel=1e-6)
    assert texts["verdict"] == run.diagnose().verdict
    assert "alert" not in texts


def test_a_fault_is_an_alert(tmp_path: Path):
    ns.descend(**SEED | {"alpha": 2.5}, to=f"tensorboard:{tmp_path / 'a'}")
    assert "alpha" in read(tmp_path / "a")[1]["alert"]


def test_layers_are_told_one_by_one(tmp_path: Path):
    network = ns.network([1, 3, 1], seed=0)
    ns.descend(network=network, input=[[1.0], [2.0]], goal=[1.0, 0.0], alpha=0.1, steps=4, to=f"tensorboard:{tmp_path / 'a'}")
    names = {name for name, _ in read(tmp_path / "a")[0]}
    assert names == {"mse", *(f"layer {n}/{what}" for n in (0, 1) for what in ("weighted delta", "update"))}


class Heard:
    """Stands in for a service: writes down its calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, *functions: str) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        module = ModuleType(name)
        for function in functions:
            setattr(module, function, self._heard(function))
        monkeypatch.setitem(sys.modules, name, module)

    def _heard(self, function: str) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            self.calls.append((function, given, named))
            return None if function == "active_run" else SimpleNamespace(summary={})

        return call


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_services_that_log(name: str, monkeypatch: pytest.MonkeyPatch):
    heard = Heard(monkeypatch, name, "init", "log", "finish", "alert")
    ns.descend(**SEED | {"alpha": 2.5}, to=f"{name}:mine")
    assert heard.calls[0] == ("init", (), {"project": "nodescope", "name": "mine"})
    assert [call[0] for call in heard.calls][-2:] == ["alert", "finish"]
    assert [call[2]["step"] for call in heard.calls if call[0] == "log"] == list(range(20))


def test_mlflow(monkeypatch: pytest.MonkeyPatch):
    heard = Heard(monkeypatch, "mlflow", "active_run", "start_run", "log_metrics", "set_tag", "end_run")
    ns.descend(**SEED, to="mlflow")
    assert [call[0] for call in heard.calls if call[0] not in ("log_metrics", "active_run")] == ["start_run", "set_tag", "end_run"]


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    for to, words in (("tensorbord", "tensorboard"), (3, "figures"), ("wandb", "pip install")):
        with pytest.raises(ns.InputError, match=words) as caught:
            ns.descend(**SEED, to=to)
        assert "\n" not in str(caught.value)


def test_none_is_imported_unless_it_is_named():
    code = "import sys, nodescope as ns; ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=3)"
    ends = "; print([m for m in ('nodescope.run.trackers', 'mlflow', 'wandb', 'trackio', 'tensorboard') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code + ends], capture_output=True, text=True, check=True).stdout.strip() == "[]"
