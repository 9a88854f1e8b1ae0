"""Rubbish that Hypothesis makes up, handed to the real public functions: `python tests/edge/fuzz.py SECONDS [SEED]`.

Bytes of recipes, tables, run files and sheets that were good before some of them were changed; keywords that go together or not;
what is asked of a run. Each gives a result or one line. It runs in a process of its own, so that a crash is seen: what was being
tried stands in the file `tried`. The seed is printed first; the same one tries the same things.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet
from run.test_damaged_files import MADE, damage, use
from sealing import seal

import nodescope as ns

EXAMPLES = Path(__file__).parents[2] / "examples"
AT_ONCE = 50
"""Cases of a kind, before the next kind's turn."""
SECONDS_A_CASE = 20
MOST_LETTERS = 400
WORDS = [
    b"", b"\0", b"\xff", b"\r", b"\n", b'"', b"'", b",", b";", b"\t", b"=", b"[", b"]", b"{}", b"nan", b"-inf", b"1e999", b"-0.0",
    b"9" * 400,    b"\xef\xbb\xbf", "²".encode(), "\u2028".encode(), b"true", b"1_0", b"0x1", b"1e-320", b"2020-01-01", b"#", b"[[",
    b"a.b", b"NULL", b" ",
]  # fmt: skip
SHEETS = [
    (EXAMPLES / "sheet.csv").read_bytes(),
    b"step,weight,prediction,delta,mse\n0,0.4,0.4,-0.2,0.04\n1,0.42,0.42,-0.18,0.0324\n",
    b"Error: 0.04 Prediction: 0.4\nError: 0.0324 Prediction: 0.42\n", b"0,4;0,42;0,438\n", b"[0.42, 0.438, 0.4542]",
]  # fmt: skip
RECIPES = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.toml")) if b"penguins.csv" not in path.read_bytes()]
TABLE = b"a,b,y,s\n1,2,3.5,u\n2,1,4.25,v\n4,8,1e3,u\n-1,0.5,2,v\n3,3,3,u\n"
SEED_NODE: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 9}


# ---- what is tried ----

words = st.sampled_from(WORDS) | st.text("0123456789.,;-+e\n", max_size=6).map(str.encode)
edit = st.tuples(st.integers(0, 10**6), st.integers(0, 5), words)
binary = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 8), st.binary(max_size=9)), max_size=3)
changes = st.lists(edit, max_size=3) | st.lists(edit, max_size=1) | st.lists(edit, max_size=1) | binary


def changed(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Each edit puts something in, in place of as many bytes."""
    for at, length, new in edits:
        place = at % (len(content) + 1)
        content = content[:place] + new + content[place + length :]
    return content


numbers = st.sampled_from([0, 1, -1, 0.5, 1e-320, 1e308, -1e200, 2**70, float("nan"), 3, 0.1]) | st.floats() | st.integers(-5, 5)
fine = st.floats(-3, 3) | st.integers(-2, 2)


@st.composite
def examples(draw: Any) -> dict[str, Any]:
    """Inputs and goals that go together, written in one of the shapes."""
    n, d, k = draw(st.integers(1, 5)), draw(st.integers(1, 20)), draw(st.integers(1, 3))
    rows = np.random.default_rng(draw(st.integers(0, 99)))
    scale = draw(st.sampled_from([1, 1, 1, 1e-160, 1e150, 1e-310, 0]))
    x, goal = scale * rows.normal(size=(n, d)), rows.normal(size=(n, k))
    written = draw(st.sampled_from(["table", "one goal", "vector", "scalar", "lists", "strided", "float32"]))
    if written == "scalar":
        return {"input": float(x[0, 0]), "goal": float(goal[0, 0])}
    if written == "vector":
        return {"input": x[0], "goal": float(goal[0, 0])}
    if written == "one goal":
        return {"input": x, "goal": goal[:, 0]}
    as_kept = {"lists": x.tolist(), "strided": np.asfortranarray(x), "float32": x.astype(np.float32)}
    return {"input": as_kept.get(written, x), "goal": goal}


OPTIONS: dict[str, Any] = {
    "alpha": fine
    | numbers
    | st.sampled_from(["auto", [0.1] * 9, ns.schedule("1/t", start=0.1, decay=0.1)])
    | st.just(lambda t: 0.1 / (1 + t)),
    "batch": st.sampled_from([1, 2, "all", 7, 3]),
    "parts": st.sampled_from([None, None, None, 1, 2, 5]),
    "order": st.sampled_from(["given", "shuffled"]),
    "seed": st.integers(0, 2**64 - 1),
    "rule": st.sampled_from(
        ["plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", {"name": "adam", "beta1": 0.0}, "x"]
    ),
    "bias": st.sampled_from([True, False]) | fine,
    "freeze_bias": st.booleans(),
    "reduction": st.sampled_from(["mean", "sum"]),
    "summation": st.sampled_from(["auto", "left-to-right", "lanes"]),
    "update_order": st.sampled_from(["parallel", "sequential"]),
    "loss": st.sampled_from(["squared", "huber", "absolute", "cross-entropy", {"name": "huber", "threshold": 0.1}]),
    "until_mse": fine | st.none(),
    "standardise": st.sampled_from([True, False, "ddof 1", "min-max"]),
    "network": st.sampled_from(
        [{"hidden": [3]}, {"hidden": [2, 2], "activation": "relu"}, {"hidden": [], "output_activation": "sigmoid"}]
    ),
    "time_limit": st.sampled_from([0.01, 0, None]),
}
ODD: dict[str, Any] = {
    "frozen": st.sampled_from([True, False, None, [True], [[False, True]], [None, True]]),
    "network": st.sampled_from([[1, 1], {"sizes": [2, 3, 1], "activation": "sigmoid"}]),
    **dict.fromkeys(("weight", "input", "goal", "bias", "alpha", "batch", "seed"), numbers | st.lists(numbers, max_size=3)),
}
MANY = [name for name in OPTIONS if name not in ("network", "update_order", "loss", "summation", "time_limit")]  # fmt: skip
keywords = st.builds(
    lambda base, steps, more, odd: base | steps | more | odd,
    examples(),
    st.sampled_from([{"steps": 0}, {"steps": 1}, {"steps": 30}, {"epochs": 3}, {"steps": 2000}]),
    st.one_of(
        st.fixed_dictionaries({}, optional={name: OPTIONS[name] for name in MANY}),
        st.fixed_dictionaries({"alpha": st.just("auto")}, optional={name: OPTIONS[name] for name in MANY[1:]}),
        st.fixed_dictionaries({}, optional=OPTIONS),
    ),
    st.just({}) | st.just({}) | st.sampled_from(list(ODD)).flatmap(lambda name: st.fixed_dictionaries({name: ODD[name]})),
)


# ---- what is done with it ----


def short(given: dict[str, Any]) -> dict[str, Any]:
    """Keywords of a run that ends soon, and of nobody's files."""
    given.pop("out", None)
    return given | {"time_limit": 0.05}


def of_a_recipe(edits: Any, base: bytes) -> None:
    Path("r.toml").write_bytes(changed(base, edits))
    use_run(ns.descend(**short(ns.read_recipe("r.toml"))))


def of_a_table(edits: Any, goal: str, more: dict[str, Any]) -> None:
    Path("t.csv").write_bytes(changed(TABLE, edits))
    run = ns.descend(data="t.csv", goal=goal, **more)
    run.predict("t.csv")
    use_run(run)


def of_parquet(edits: Any, goal: str) -> None:
    Path("t.csv").write_bytes(TABLE)
    parquet.write_table(csv.read_csv("t.csv"), "t.parquet")
    path = Path("t.parquet")
    path.write_bytes(changed(path.read_bytes(), edits))
    use_run(ns.descend(data="t.parquet", goal=goal, inputs=["a", "b"], epochs=2))


def of_a_run_file(made: str, edits: Any, chance: int) -> None:
    for left in Path().glob("a.*"):
        left.unlink()
    path = Path("a.nodescope")
    path.write_bytes(GOOD[made])
    if edits:
        path.write_bytes(changed(path.read_bytes(), edits))
    else:
        with closing(sqlite3.connect(path)) as connection:
            told = damage(connection, path, random.Random(chance))
            if "bytes" not in told and "VIEW" not in told:
                if chance % 4:
                    seal(connection)
                connection.commit()
    use(path)


def of_a_sheet(edits: Any, base: bytes, node: dict[str, Any]) -> None:
    str(ns.grade(changed(base, edits).decode(errors="replace"), **node))


def of_keywords(given: dict[str, Any]) -> None:
    forecast_of(given)
    run = ns.descend(**{**given, "time_limit": 0.5} if "time_limit" not in given else given)
    use_run(run)


def forecast_of(given: dict[str, Any]) -> None:
    try:
        found = ns.forecast(**{name: value for name, value in given.items() if name not in ("steps", "epochs", "time_limit")})
    except ns.InputError as error:
        one_line(error)
        return
    str(found), found.steps_to(0.01), found.final_weight, found.settles_at, found._repr_html_()


def use_run(run: ns.Run) -> None:
    """Everything that is asked of a run; saved, written as a recipe and run again it is the same."""
    str(ns.diagnose(run)), repr(run), run.sentence, run.mse, run.score
    if run.steps:
        str(ns.explain(run, run.computed // 2)), run.trace[-5:].to_arrow()
    if run.computed < 3000:
        assert ns.verify(run).passed, "not verified"
    with suppress(OSError):
        os.unlink("s.nodescope")
    ns.save(run, "s.nodescope")
    again = ns.load("s.nodescope")
    assert bits(again) == bits(run), "saved and loaded it is another run"
    if run.recipe.source is None and run.recipe.time_limit is None:
        Path("again.toml").write_text(run.recipe.to_toml())
        assert bits(ns.descend(**ns.read_recipe("again.toml"))) == bits(run), "by its recipe it is another run"
    for form in ("html", "md", "csv", "parquet", "svg"):
        try:
            ns.export(run, f"x.{form}")
        except ns.InputError as error:
            one_line(error)


def bits(run: ns.Run) -> tuple[Any, ...]:
    weights = (
        [layer.tobytes() for layer in run.network.weights] if isinstance(run.weight, list) else [np.asarray(run.weight).tobytes()]
    )
    return run.ending, run.steps, weights, run.replay.last_state.tobytes()


def one_line(error: Exception) -> None:
    said = str(error)
    assert len(said.splitlines()) == 1, f"not one line: {said!r:.300}"
    assert said.isprintable(), f"cannot be printed: {said!r:.300}"
    assert len(said) < MOST_LETTERS, f"{len(said)} letters: {said:.300}"


GOALS = st.sampled_from(["y", "y", "y", "b", "s", "absent"])
INPUTS = st.sampled_from([["a"], ["b", "a"], ["s"], ["a", "a"]])
OF_TABLES = st.fixed_dictionaries(
    {"epochs": st.integers(0, 3), "inputs": st.just(["a", "b"]) | INPUTS},
    optional={
        "standardise": OPTIONS["standardise"],
        "missing": st.sampled_from(["refuse", "drop"]), "holdout": st.sampled_from([0, 0.3, 0.9]), "rule": OPTIONS["rule"],
        "loss": OPTIONS["loss"], "batch": OPTIONS["batch"], "network": st.sampled_from([{"hidden": [2]}, {"hidden": []}]),
    },
)  # fmt: skip
KINDS: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "recipes": (of_a_recipe, {"edits": changes, "base": st.sampled_from(RECIPES)}),
    "tables": (of_a_table, {"edits": changes, "goal": GOALS, "more": OF_TABLES}),
    "parquet": (of_parquet, {"edits": changes, "goal": GOALS}),
    "run files": (of_a_run_file, {"made": st.sampled_from(list(MADE)), "edits": changes, "chance": st.integers(0, 10**9)}),
    "sheets": (of_a_sheet, {"edits": changes, "base": st.sampled_from(SHEETS), "node": st.just(SEED_NODE) | keywords}),
    "keywords": (of_keywords, {"given": keywords}),
}
GOOD: dict[str, bytes] = {}


# ---- for so long ----


class Fuzz:
    """What was tried, and what went wrong: one of each kind of failure is kept."""

    def __init__(self) -> None:
        self.tried = dict.fromkeys(KINDS, 0)
        self.refused = dict.fromkeys(KINDS, 0)
        self.failures: dict[str, str] = {}

    def case(self, kind: str, given: dict[str, Any]) -> None:
        self.tried[kind] += 1
        Path("tried").write_text(f"{kind} {given!r}", errors="backslashreplace")
        signal.alarm(SECONDS_A_CASE)
        try:
            KINDS[kind][0](**given)
        except (ns.InputError, ns.FileError, ns.DataChanged) as error:
            self.refused[kind] += 1
            try:
                one_line(error)
            except AssertionError as wrong:
                self.note(kind, wrong, given)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) or type(error).__module__.startswith("hypothesis"):
                raise
            self.note(kind, error, given)
        finally:
            signal.alarm(0)

    def note(self, kind: str, error: BaseException, given: dict[str, Any]) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "/nodescope/" in frame.filename] or list(frames)
        where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        key = f"{kind}: {type(error).__name__} at {where}: {error!s:.60}"
        if key not in self.failures:
            way = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
            self.failures[key] = f"{error!s:.400}\n  {way}\n  {given!r:.1500}"
            print(f"{key}\n  {self.failures[key]}", flush=True)

    def turn(self, kind: str, number: int) -> None:
        """So many cases of a kind."""

        @seed(number)
        @settings(
            max_examples=AT_ONCE,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=False,
        )
        @given(**KINDS[kind][1])
        def cases(**values: Any) -> None:
            self.case(kind, values)

        cases()


def too_long(*_: object) -> None:
    raise TimeoutError(f"no answer in {SECONDS_A_CASE} s")


def main(seconds: float, first: int) -> int:
    print(f"seed {first}", flush=True)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, too_long)
    fuzz, until, turn = Fuzz(), time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for kind, make in MADE.items():
            ns.save(make(), "good")
            GOOD[kind] = Path("good").read_bytes()
            os.unlink("good")
        while True:  # once at least, so that the same cases are tried however fast a machine is
            for kind in KINDS:
                fuzz.turn(kind, first * 1_000_003 + turn)
            turn += 1
            if time.monotonic() >= until:
                break
        os.chdir("/")
    print(json.dumps({"tried": fuzz.tried, "refused": fuzz.refused, "failures": len(fuzz.failures)}))
    return 1 if fuzz.failures else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)))
