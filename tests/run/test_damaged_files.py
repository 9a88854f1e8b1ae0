"""A run file written by a stranger, or damaged: it works, or it is refused in a sentence; it never crashes, hangs or surprises.

Files are damaged in a process of their own, so that a crash is seen. NODESCOPE_DAMAGES says how many of each kind are made.
"""

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sealing import seal

import nodescope as ns
from nodescope.data.examples import Examples
from nodescope.run.recorded import Curvature, Record, Recorded, RecordedLayer, Trouble

DAMAGES = int(os.environ.get("NODESCOPE_DAMAGES", "60"))
ODD = (
    None, -1, 0, 1, 2, 3.0, 0.5, 2**31, 2**62, 2**63, 2**70, -(2**63), 10**400, 1e308, float("nan"), float("inf"), True, False,
    "x", "", "all", "0" * 5000, [], [1], [1, 2], {}, {"name": "adam"},
)  # fmt: skip
TYPES = ("<f8", "<f4", "<i8", "|b1", ">f8", "<c16", "O", "<U9", "f8,f8", 5)
SIZES = (
    "[]", "[0]", "[-1]", "[1000000]", "null", "5", "[[1]]", "[2, -1]", '"a"', "[1e3]", "[true]", "[" * 100_000, f"[{2**62}, 0]",
)  # fmt: skip
BLOBS = ("x", 5, b"", b"\2")
RAW = ("[", "null", "[]", "{}", "5", "[" * 100_000, '"x"')
RNG = np.random.default_rng(4)
X, G = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2))


def observed() -> Recorded:
    """Two layers; of the second one node of two was kept."""

    def columns(k: int, d: int, m: int) -> dict[str, np.ndarray]:
        shapes = {"weight": (k, d), "bias": (k,), "input": (m, d), "sum": (m, k), "prediction": (m, k), "delta": (m, k)}
        shapes |= {"weighted_delta": (k, d), "alpha_delta": (k, d), "new_weight": (k, d), "new_bias": (k,)}
        return {name: RNG.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}

    layers = (RecordedLayer("a", "Linear", 3, 2, (0, 1), "tanh"), RecordedLayer("b", "Linear", 2, 2, (1,), "", "its rate is 0"))
    records = [Record(step, 0.1, 1.0 / (1 + step), (columns(2, 3, 4), columns(1, 2, 4))) for step in (0, 10, 20)]
    trouble = Trouble(21, "a", 0, 1, "sum", float("inf"), (("w", 1.0),), "it grew", 15)
    bends = [Curvature(10, 0.1, 2.0, 1.0, (0.5, 0.25, 0.25))]
    losses = [1.0 / (1 + step) for step in range(22)]
    return Recorded("X 1", {"name": "SGD", "alpha": 0.1}, layers, losses, records, 10, ns.Ending.DIVERGED, ["note"], bends, trouble)


def table() -> dict[str, list[float]]:
    return {"a": X[:, 0].tolist(), "b": X[:, 1].tolist(), "y": G[:, 0].tolist()}


MADE = {
    "plain": lambda: ns.descend(
        input=X, goal=G, bias=True, frozen=np.eye(2, 3, dtype=bool), batch=2, order="shuffled", rule="momentum", alpha=0.01,
        steps=300,
    ),
    "settled": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=1000),
    "cycling": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.5, steps=1000),
    "of a table": lambda: ns.descend(data=table(), goal="y", standardise=True, holdout=0.3, alpha=0.01, epochs=3),
    "network": lambda: ns.descend(
        network=ns.network([3, 4, 2], seed=1), input=X, goal=G, batch="all", rule="adam", steps=300, alpha=lambda t: 0.1 / (1 + t),
        loss={"name": "huber", "threshold": 0.5}, frozen=[[[True, False, False]] * 4, None], update_order="sequential",
    ),
    "observed": observed,
}  # fmt: skip


# ---- damage ----


def put(connection: sqlite3.Connection, name: str, array: np.ndarray) -> None:
    row = (name, array.dtype.newbyteorder("<").str, json.dumps(array.shape), array.tobytes())
    connection.execute("INSERT OR REPLACE INTO array VALUES (?, ?, ?, ?)", row)


def arrays_of(connection: sqlite3.Connection) -> dict[str, np.ndarray]:
    rows = connection.execute("SELECT name, dtype, shape, data FROM array").fetchall()
    return {name: np.frombuffer(data, dtype).reshape(json.loads(shape)) for name, dtype, shape, data in rows}


def damage(connection: sqlite3.Connection, path: Path, chance: random.Random) -> str:
    """Change one thing of a run file; says which."""
    kinds = [a_field] * 6 + [a_header, an_array, an_array, an_array, a_row, examples, a_checkpoint, bytes_of_it]
    return chance.choice(kinds)(connection, path, chance)


def a_field(connection: sqlite3.Connection, _: Path, chance: random.Random) -> str:
    key, text = chance.choice(connection.execute("SELECT key, value FROM header").fetchall())
    value = json.loads(text)
    spots = list(spots_in(value))
    if not spots:
        return "nothing"
    holder, at = chance.choice(spots)
    was, odd = holder[at], chance.choice(ODD)
    if chance.random() < 0.1:
        del holder[at]
        odd = "gone"
    else:
        holder[at] = odd
    connection.execute("UPDATE header SET value = ? WHERE key = ?", (json.dumps(value), key))
    return f"{key} {at}: {was!r:.30} is {odd!r:.30}"


def spots_in(value: object):
    for at in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, at
        yield from spots_in(value[at])


def a_header(connection: sqlite3.Connection, _: Path, chance: random.Random) -> str:
    (key,) = chance.choice(connection.execute("SELECT key FROM header").fetchall())
    raw = chance.choice((*RAW, None, b"\xff\xfe"))
    if raw is None:
        connection.execute("DELETE FROM header WHERE key = ?", (key,))
    else:
        connection.execute("UPDATE header SET value = CAST(? AS TEXT) WHERE key = ?", (raw, key))
    return f"header {key} is {raw!r:.30}"


def an_array(connection: sqlite3.Connection, _: Path, chance: random.Random) -> str:
    name, array = chance.choice(list(arrays_of(connection).items()))
    ways = {
        "short": array.ravel()[:-1], "long": np.append(array.ravel(), np.zeros(1000, array.dtype)), "turned": array.T,
        "of i8": np.zeros(array.shape, "<i8"), "of b1": np.zeros(array.shape, bool), "of f4": np.zeros(array.shape, "<f4"),
        "NaN": np.full(array.shape, np.nan), "one": np.zeros(1), "huge": np.full(array.shape, 1e308), "none": array.ravel()[:0],
        "wide": np.zeros((*array.shape[:-1], 60)), "tall": np.zeros((array.shape[0] + 50 if array.ndim else 3, *array.shape[1:])),
        "deep": array[None],
    }  # fmt: skip
    way = chance.choice(list(ways))
    put(connection, name, np.ascontiguousarray(ways[way]).reshape(ways[way].shape))
    return f"{name} is {way}"


def a_row(connection: sqlite3.Connection, _: Path, chance: random.Random) -> str:
    (name,) = chance.choice(connection.execute("SELECT name FROM array").fetchall())
    odds = {"dtype": TYPES, "shape": SIZES, "data": BLOBS}
    column, odd = chance.choice([(column, odd) for column, several in odds.items() for odd in several])
    connection.execute(f"UPDATE array SET {column} = ? WHERE name = ?", (odd, name))
    return f"{name} {column} is {odd!r:.30}"


def examples(connection: sqlite3.Connection, path: Path, chance: random.Random) -> str:
    """Examples of other shapes and types, with the fingerprint of these."""
    arrays = arrays_of(connection)
    if "input" not in arrays:
        return an_array(connection, path, chance)
    name = chance.choice(("input", "goal"))
    shape = chance.choice([(7, 1), (6, 2), (400_000, 3), (7, 90), (0, 2), (7, 0), (7,), (7, 3, 1)])
    odd = np.zeros(shape, chance.choice([float, float, bool, np.float32]))
    both = {"input": arrays["input"], "goal": arrays["goal"], name: odd}
    put(connection, name, odd)
    told = Examples(**both, unseen_input=odd, unseen_goal=odd, source=None).fingerprint
    connection.execute("UPDATE header SET value = ? WHERE key = 'fingerprint'", (json.dumps(told),))
    return f"{name} is {shape} of {odd.dtype}"


def a_checkpoint(connection: sqlite3.Connection, _: Path, chance: random.Random) -> str:
    statement = chance.choice(
        [
            "UPDATE checkpoint SET state = x'0102030405060708'", "UPDATE checkpoint SET state = x'01'", "DELETE FROM checkpoint",
            "UPDATE checkpoint SET step = step + 1", "UPDATE checkpoint SET state = 'x'", "DROP TABLE checkpoint",
            "UPDATE checkpoint SET state = zeroblob(length(state))", "INSERT INTO checkpoint VALUES (256000, x'00')",
            "CREATE TRIGGER t AFTER INSERT ON header BEGIN DELETE FROM array; END",
            "DROP TABLE checkpoint; CREATE VIEW checkpoint AS WITH RECURSIVE c(step, state) AS "
            "(VALUES (0, x'00') UNION ALL SELECT step + 1, state FROM c) SELECT * FROM c",
        ]
    )  # fmt: skip
    connection.executescript(statement)
    return statement


def bytes_of_it(connection: sqlite3.Connection, path: Path, chance: random.Random) -> str:
    connection.close()
    content = bytearray(path.read_bytes())
    places = [chance.randrange(100, len(content)) for _ in range(chance.choice((1, 20, 400)))]
    for at in places:
        content[at] = chance.randrange(256)
    path.write_bytes(content[: chance.choice((None, None, len(content) // 2))])
    return f"{len(places)} bytes"


# ---- in a process of its own ----


def use(path: Path) -> None:
    """Everything that is done with a run."""
    run = ns.load(path)
    _ = repr(run), run.sentence, len(run.trace)
    if isinstance(run, Recorded):
        _ = run.trace[:].flat(), run.trace[0].layers[0].columns, ns.diagnose(run)
        ns.save(run, path.with_suffix(".again"))
        return
    assert run.recipe.to_toml()
    _ = run.mse, run.weight, run.bias, run.network
    for step in (0, -1):
        for window in (run.trace[step], *run.trace[step].layers):
            window.as_dict()
    _ = run.score, ns.explain(run, 0), ns.diagnose(run)
    ns.save(run, path.with_suffix(".again"))
    if run.steps < 10_000:
        assert ns.resume(path, steps=run.steps + 5).steps >= 0


def many(name: str, seed: int, count: int) -> None:
    """Damage a file in many ways and use it; says what it is at, and what went wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30,) * 2)
    chance = random.Random(f"{name} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder) / "whole", Path(folder) / "damaged"
        ns.save(MADE[name](), whole)
        for number in range(count):
            shutil.copy(whole, path)
            with closing(sqlite3.connect(path)) as connection:
                told = damage(connection, path, chance)
                if "bytes" not in told and "VIEW" not in told:
                    if number % 4:  # else it is noticed by its checksum before anything else is
                        seal(connection)
                    connection.commit()
            print(f"{number}: {told}", flush=True)
            signal.alarm(20)
            try:
                use(path)
                print("  works", flush=True)
            except (ns.InputError, ns.FileError, ns.DataChanged) as error:
                print(f"  {error}"[:200], flush=True)
            signal.alarm(0)
            for old in Path(folder).glob("damaged*"):
                old.unlink()


@pytest.mark.parametrize("name", MADE)
def test_a_damaged_file_works_or_is_refused(name):
    here = str(Path(__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {here!r}); from run.test_damaged_files import many; many({name!r}, 1, {DAMAGES})"
    command = [sys.executable, "-W", "ignore::RuntimeWarning", "-c", code]  # of numbers near the largest double
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    said = done.stdout.splitlines()
    assert sum(line.startswith("  ") for line in said) == DAMAGES
    assert any("damaged" in line for line in said)


def changed(tmp_path: Path, name: str, change) -> Path:
    path = tmp_path / "a.nodescope"
    ns.save(MADE[name](), path)
    with closing(sqlite3.connect(path)) as connection:
        change(connection)
        seal(connection)
        connection.commit()
    return path


def field(key: str, name: str, value: object):
    def change(connection: sqlite3.Connection) -> None:
        (text,) = connection.execute("SELECT value FROM header WHERE key = ?", (key,)).fetchone()
        connection.execute("UPDATE header SET value = ? WHERE key = ?", (json.dumps({**json.loads(text), name: value}), key))

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: put(c, "saved", np.zeros(1)), r"saved has shape \(1,\)"),
        (lambda c: put(c, "state", np.zeros(80, bool)), "state is of bool"),
        (lambda c: put(c, "state", np.zeros(80, "<f4")), "state is of float32"),
        (lambda c: put(c, "frozen", np.ones(1, bool)), "frozen"),
        (lambda c: put(c, "frozen", np.full(26, 2, np.uint8).view(bool)), "type |b1"),
        (lambda c: put(c, "layer 0 weight", np.zeros((4, 90))), "shapes"),
        (lambda c: put(c, "layer 1 weight", np.full((2, 4), np.nan)), "nan"),
        (lambda c: put(c, "alphas", np.zeros(5)), "fewer alphas than steps"),
        (field("recipe", "batch", 0), "batch is 0"),
        (field("recipe", "batch", -(2**63)), "batch is -"),
        (field("recipe", "order", "x"), "order is 'x'"),
        (field("recipe", "reduction", "x"), "reduction is 'x'"),
        (field("recipe", "summation", 5), "summation is 5"),
        (field("recipe", "steps", float("nan")), "steps is nan"),
        (field("recipe", "alpha", "x"), "alpha is 'x'"),
        (field("recipe", "alpha", [0.1]), r"alpha is \[0.1\]"),
        (field("place", "step", 2**62), "checkpoints do not fit"),
        (field("place", "step", -5), "step is -5"),
        (field("place", "kept", 2**31), "checkpoints do not fit"),
        (field("ending", "settled_after", "x"), "ending"),
        (field("ending", "name", "x"), "x"),
        (field("ending", "repeats", [1]), "unpack"),
        (field("ending", "steps", 10**9), "ending"),
        (lambda c: c.execute("UPDATE header SET value = ? WHERE key = 'place'", ("[" * 100_000,)), "recursion"),
        (lambda c: c.execute("CREATE VIEW more AS SELECT 1"), "tables"),
    ],
)
def test_one_damage_is_one_sentence(tmp_path, change, words):
    path = changed(tmp_path, "network", change)
    for read in (ns.load, ns.resume):
        with pytest.raises(ns.FileError, match=f"is damaged: .*{words}|is damaged: .*{words.lower()}") as told:
            read(path)
        assert len(str(told.value).splitlines()) == 1
        assert len(str(told.value)) < 400


def test_examples_of_another_shape_with_their_own_fingerprint(tmp_path):
    """Story: the core read 32 MB beyond the goals."""

    def change(connection: sqlite3.Connection) -> None:
        x, goal, none = np.zeros((400_000, 3)), np.zeros((4, 2)), np.zeros((0, 3))
        put(connection, "input", x)
        put(connection, "goal", goal)
        told = Examples(x, goal, none, none, None).fingerprint
        connection.execute("UPDATE header SET value = ? WHERE key = 'fingerprint'", (json.dumps(told),))

    with pytest.raises(ns.FileError, match="damaged: its examples"):
        ns.load(changed(tmp_path, "network", change))


def test_data_that_is_no_pair(tmp_path, monkeypatch):
    from nodescope.run.file import content

    monkeypatch.setattr(content, "EMBED_UP_TO", 10)
    ns.save(MADE["plain"](), tmp_path / "a.nodescope")
    for data in (5, (X,), (X, G, G), (1.0, 2.0), ("a", "b"), (X[:, 0], G), (X, np.zeros((7, 2, 2))), (X.astype("f4"), G)):
        with pytest.raises(ns.InputError, match="the run was made with"):
            ns.load(tmp_path / "a.nodescope", data=data)


def test_a_pipe_is_no_run_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ns.FileError, match="not a nodescope run file"):
        ns.load(tmp_path / "pipe")
