"""Whatever is handed to a public function: it works, or it is refused in one short line, and nothing breaks.

Every argument of every public function × about a hundred kinds of rubbish.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from edge.rubbish import RUBBISH

import nodescope as ns
from nodescope.run.settings import table

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]
SEED: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 3}
NET: dict[str, Any] = {"network": [1, 2, 1], "input": [[0.5], [1.0]], "goal": [0.1, 0.2], "alpha": 0.1, "steps": 3}
DATA: dict[str, Any] = {"data": {"a": [1.0, 2.0, 4.0], "b": [2.0, 3.0, 1.0]}, "goal": "b", "alpha": 0.01, "epochs": 2}
RUN, NETWORK_RUN, TABLE_RUN = ns.descend(**SEED), ns.descend(**NET), ns.descend(**DATA)
OF_TABLE = ("data", "inputs", "standardise", "missing", "holdout", "fingerprint")


def base_of(setting: str) -> dict[str, Any]:
    """A recipe that the setting goes with."""
    if setting in OF_TABLE:
        return DATA
    return NET if setting in ("network", "update_order", "loss") else SEED


def with_setting(function: Callable[..., Any], name: str) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        given = {**base_of(name), name: value}
        if name == "epochs":
            given.pop("steps", None)
        return function(**given)

    return call


def calls() -> dict[str, Callable[[Any], Any]]:
    """Every argument of every public function, by name."""
    several: dict[str, Callable[[Any], Any]] = {}
    for name in table():
        several[f"descend {name}"] = with_setting(ns.descend, name)
    for name in table():
        if name not in ("out", "overwrite", "to", "steps", "epochs", "time_limit"):
            several[f"forecast {name}"] = with_setting(ns.forecast, name)
            several[f"grade {name}"] = with_setting(lambda **given: ns.grade("step,weight\n0,0.4\n", **given), name)
    for name in ("weight", "input", "goal", "alpha", "rule", "until_mse", "data", "network"):
        several[f"bisect_alpha {name}"] = with_setting(ns.bisect_alpha, name)
    several |= {
        "grade printed": lambda value: ns.grade(value, **SEED),
        "save run": lambda value: ns.save(value, "saved"),
        "save path": lambda value: ns.save(RUN, value),
        "save overwrite": lambda value: ns.save(RUN, "there", overwrite=value),
        "load path": ns.load,
        "load data": lambda value: ns.load("there", data=value),
        "resume path": ns.resume,
        "resume steps": lambda value: ns.resume("there", steps=value),
        "resume epochs": lambda value: ns.resume("there", epochs=value),
        "resume data": lambda value: ns.resume("there", data=value),
        "read_recipe path": ns.read_recipe,
        "export run": lambda value: ns.export(value, "exported.csv"),
        "export path": lambda value: ns.export(RUN, value),
        "export step": lambda value: ns.export(RUN, "exported.svg", step=value),
        "export theme": lambda value: ns.export(RUN, "exported.svg", theme=value),
        "show run": ns.show,
        "diagnose run": ns.diagnose,
        "verify run": ns.verify,
        "verify most_steps": lambda value: ns.verify(RUN, most_steps=value),
        "verify time_limit": lambda value: ns.verify(RUN, time_limit=value),
        "explain run": lambda value: ns.explain(value, 0),
        "explain step": lambda value: ns.explain(RUN, value),
        "explain layer": lambda value: ns.explain(NETWORK_RUN, 0, layer=value),
        "explain node": lambda value: ns.explain(NETWORK_RUN, 0, layer=0, node=value),
        "compare a": lambda value: ns.compare(value, RUN),
        "compare b": lambda value: ns.compare(RUN, value),
        "check_gradients run": ns.check_gradients,
        "check_gradients step": lambda value: ns.check_gradients(NETWORK_RUN, value),
        "check_gradients most": lambda value: ns.check_gradients(NETWORK_RUN, most=value),
        "schedule name": ns.schedule,
        "schedule warm_up": lambda value: ns.schedule("step", start=0.1, every=2, factor=0.5, warm_up=value),
        "schedule start": lambda value: ns.schedule("step", start=value, every=2, factor=0.5),
        "network sizes": ns.network,
        "fit data": lambda value: ns.fit(value, goal="b"),
        "fit goal": lambda value: ns.fit(DATA["data"], goal=value),
        "fit hidden": lambda value: ns.fit(DATA["data"], goal="b", hidden=value),
        "inspect data": ns.inspect,
        "inspect goal": lambda value: ns.inspect(DATA["data"], goal=value),
        "sweep alpha": lambda value: ns.sweep(**{**SEED, "alpha": value}),
        "sweep weight": lambda value: ns.sweep(**{**SEED, "weight": value}),
        "sweep on": lambda value: ns.sweep(**{**SEED, "alpha": [0.1, 0.2]}, on=value),
        "run.predict": RUN.predict,
        "run.predict of a network": NETWORK_RUN.predict,
        "run.predict of a table": TABLE_RUN.predict,
        "run.trace[]": lambda value: RUN.trace[value],
        "run.trace[] of a network": lambda value: NETWORK_RUN.trace[value],
        "run.trace[0][]": lambda value: RUN.trace[0][value],
        "run.trace[0].layers[0][]": lambda value: NETWORK_RUN.trace[0].layers[0][value],
        "run.trace[:].read": lambda value: RUN.trace[:].read(value),
    }  # fmt: skip
    for name in list(inspect.signature(ns.network).parameters)[1:]:
        several[f"network {name}"] = lambda value, name=name: ns.network(
            **{**({} if name in ("weights", "biases") else {"sizes": [1, 2, 1]}), name: value}
        )
    return several


CALLS = calls()
PLACES = re.compile(r"\barray\(|dtype=|<object|0x[0-9a-f]{8,}")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Names that are taken for paths lead here."""
    monkeypatch.chdir(tmp_path)
    ns.save(RUN, "there")


def refused(call: Callable[[Any], Any], value: Any) -> str:
    """What is wrong with how a value is answered; "" where nothing is."""
    try:
        call(value)
    except (ns.InputError, ns.FileError) as error:
        said = str(error)
        if len(said.splitlines()) != 1 or not said.isprintable():
            return f"not one line: {said[:200]!r}"
        if len(said) >= 300:
            return f"{len(said)} characters: {said[:150]} … {said[-80:]}"
        return f"a repr: {said}" if PLACES.search(said) else ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return ""


@pytest.mark.parametrize("name", CALLS)
def test_it_works_or_is_refused_in_one_line(name: str):
    wrong = {kind: told for kind, make in RUBBISH.items() if (told := refused(CALLS[name], make()))}
    assert wrong == {}, "\n".join(f"{kind}: {told}" for kind, told in wrong.items())


def test_every_public_function_is_called():
    functions = {name for name in ns.__all__ if inspect.isfunction(getattr(ns, name))}
    assert functions == {name.split()[0] for name in CALLS if not name.startswith("run.")}
    assert len(RUBBISH) >= 100


@pytest.mark.parametrize("call", [ns.load, ns.save, ns.network, ns.explain, ns.compare, ns.grade])
def test_a_wrong_call_is_pythons_type_error(call: Callable[..., Any]):
    with pytest.raises(TypeError):
        call(*([None] * 9))
    with pytest.raises((TypeError, ns.InputError)):
        call(nothing_of_this_name=1)
