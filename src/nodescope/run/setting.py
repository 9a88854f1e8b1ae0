"""What a setting is: a keyword of `descend`, how it is checked, and what other libraries and textbooks call it; and a method."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from nodescope.arithmetic.checks import choice, shown, whole
from nodescope.errors import InputError

Check = Callable[[str, object], Any]
"""It takes name and value as given, and gives the value as the recipe keeps it; it raises InputError."""


@dataclass(frozen=True)
class Setting:
    """One keyword, but for its name, its type and its default.

    Attributes
    ----------
    kind : str
        Its type in a docstring.
    words : str
        What it is, in whole sentences; the first of them is the shell's help.
    check : function or None
        None where it is looked at together with others (`making.py`).
    shell : str or tuple of str
        How the shell takes it: the words that it may have, or "text", "path", "whole", "number", "names", "switch", "choice",
        "scale", or "" where it does not.
    """

    kind: str
    words: str
    check: Check | None = None
    shell: str | tuple[str, ...] = "text"


def one_of(*words: str) -> Check:
    return lambda name, value: choice(name, value, *words)


def unless_none(check: Check) -> Check:
    return lambda name, value: None if value is None else check(name, value)


def batch_size(name: str, value: object) -> int | str:
    return "all" if isinstance(value, str) and value == "all" else whole(name, value, least=1, words='"all"')


ADDED_IN_PARTS = (
    "Add up a batch in parts of so many examples, and the parts' sums in pairs. Each part is added from its first example on; then "
    "the first sum and the second, the third and the fourth, and so on, until one is left. So large batches are made on all "
    "processors of a machine, and the bits do not know how many. Unless given, a batch is one part."
)
"""What `parts` is."""

MEANT = {
    **dict.fromkeys(("learning_rate", "learning rate", "lr", "eta", "step_size", "rate"), "alpha"),
    **dict.fromkeys(("features", "feature", "x", "xs", "X", "x_train"), "input"),
    **dict.fromkeys(("target", "targets", "y", "ys", "label", "labels", "y_train", "expected"), "goal"),
    **dict.fromkeys(("iterations", "iteration", "n_iter", "num_steps", "n_steps", "max_steps", "updates"), "steps"),
    **dict.fromkeys(("n_epochs", "num_epochs", "max_iter", "passes"), "epochs"),
    **dict.fromkeys(("w", "weights", "parameters", "params", "theta", "coef", "initial_weight", "start"), "weight"),
    **dict.fromkeys(("b", "intercept", "fit_intercept", "use_bias"), "bias"),
    **dict.fromkeys(("batch_size", "minibatch", "mini_batch"), "batch"),
    **dict.fromkeys(("part", "chunks", "chunk_size", "microbatch", "accumulate_grad_batches", "gradient_accumulation"), "parts"),
    **dict.fromkeys(("optimizer", "optimiser", "solver", "momentum", "update_rule"), "rule"),
    **dict.fromkeys(("random_state", "random_seed", "rng"), "seed"),
    **dict.fromkeys(("shuffle", "shuffled"), "order"),
    **dict.fromkeys(("standardize", "normalize", "normalise", "scale"), "standardise"),
    **dict.fromkeys(("table", "df", "frame", "dataset", "csv"), "data"),
    **dict.fromkeys(("columns", "feature_names"), "inputs"),
    **dict.fromkeys(("target_mse", "until"), "until_mse"),
    **dict.fromkeys(("tol", "patience", "early_stopping", "n_iter_no_change"), "tolerance"),
    **dict.fromkeys(("sep", "separator"), "delimiter"),
    **dict.fromkeys(("decimal_comma", "decimal_point"), "decimal"),
    **dict.fromkeys(("one_hot", "onehot", "dummies", "get_dummies", "categorical"), "categories"),
    **dict.fromkeys(("impute", "imputer", "fillna", "na"), "missing"),
    **dict.fromkeys(("add_indicator", "missing_indicator"), "indicator"),
    **dict.fromkeys(("handle_unknown",), "unknown"),
    **dict.fromkeys(("parse_dates", "datetimes"), "dates"),
    **dict.fromkeys(("test_size", "validation_split", "validation_fraction"), "holdout"),
    **dict.fromkeys(("layers", "model", "hidden_layer_sizes", "net"), "network"),
    **dict.fromkeys(("criterion", "objective"), "loss"),
    **dict.fromkeys(("weight_decay", "l2", "l1", "regularization", "regularisation", "regularizer", "ridge", "lasso"), "penalty"),
    **dict.fromkeys(("clip_grad_norm", "max_norm", "clipnorm", "gradient_clipping", "gradient_clip_val"), "clip"),
    **dict.fromkeys(("param_groups", "lr_mult", "layer_alphas"), "alpha_factors"),
    **dict.fromkeys(("class_names", "label_names"), "classes"),
}
"""Other libraries and textbooks call the keywords so."""


READING = ("delimiter", "decimal", "thousands", "encoding", "header")
"""They say how a CSV file is written."""
OPENING = ("categories", "unknown", "dates", "indicator")
"""They say what inputs a table's columns become."""
WRITING = ("out", "overwrite", "to", "on")
"""Where a run is written, told and made is no part of what is run."""
ON = (
    "Where others make pieces of it, whose bits do not know: the parts of each step (`parts`), the pass over the rows of "
    '`method="moments"`, the runs of a sweep. None here, a number so many processes, the address of a Dask scheduler '
    '("tls://host:8786") or a Dask client (extra `cluster`), or any object with `map`.'
)
TO = (
    'Where the run is told when it is over: `"tensorboard:runs/1"`, `"mlflow"`, `"wandb:name"`, `"trackio"` (extra `trackers`), or '
    "what has the methods of a tracker."
)


_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def as_memory(value: object) -> int | str:
    """Bytes from a number, or from text such as "500 MB"; "auto" and "all" as they are."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("auto", "all"):
            return word
        found = re.fullmatch(r"(\d{1,30}(?:\.\d{1,30})?)\s*([kmg]?i?b)?", word)
        if found is None or (found[2] or "b") not in _UNITS:
            raise InputError(f'memory is {shown(value)}; it is "auto", "all", a number of bytes, or text such as "500 MB"')
        value = int(float(found[1]) * _UNITS[found[2] or "b"])
    return whole("memory", value, least=1, words='"auto", "all", text such as "500 MB",')


@dataclass(frozen=True)
class Method:
    """How steps are taken: "steps" on the rows, or "moments" on examples that have theirs, and then of how many rows."""

    name: str = "steps"
    rows: int | None = None

    def told(self) -> Any:
        """As text and files have it."""
        return self.name if self.rows is None else {"name": self.name, "rows": self.rows}


def as_method(value: object) -> Method:
    """A method from its name, from a mapping with `name` and `rows`, or from itself."""
    if isinstance(value, Method):
        return value
    rows = None
    if isinstance(value, Mapping):
        if not set(value) <= {"name", "rows"}:
            raise InputError(f"method has {', '.join(map(str, value))}; it may have name and rows")
        rows = whole("rows of method", value["rows"], least=1) if "rows" in value else None
        value = value.get("name")
    name = choice("method", value, "steps", "moments")
    if rows is not None and name == "steps":
        raise InputError('rows of method go with "moments"; "steps" are taken on all there are')
    return Method(name, rows)


IN_MEMORY = Setting(
    '"auto", "all", bytes or text such as "500 MB"',
    "With `data`: so much of its rows is in memory at most, the others are read as they are needed. The bits are the same. "
    '"all" has all of them there, "auto" too unless they take more than a quarter of what is free.',
    lambda _name, value: as_memory(value),
)
MIXED = Setting(
    "int, optional",
    "Of rows that are read as they are needed, in shuffled order: so many row groups are mixed at a time. They are drawn "
    "themselves; 16 mix as well as all, 1 would not.",
    unless_none(partial(whole, least=2)),
    "whole",
)
