"""Every keyword of `descend`, written once: name, type, default, check, what it is, and how the shell takes it.

The signature of `settings` is the table. The public functions that take these keywords have it as theirs (`keywords.py`), their
docstrings have its words, `making.py` its checks and defaults, TOML and run files its names, the shell its flags.
n examples, d inputs, k outputs.
"""

import inspect
from collections.abc import Sequence
from functools import cache, partial
from os import PathLike
from typing import Annotated, Any, Literal, get_args, get_type_hints

from nodescope.arithmetic.checks import number, whole, yes_or_no
from nodescope.arithmetic.losses import as_loss
from nodescope.arithmetic.penalty import as_penalty
from nodescope.arithmetic.rules import as_rule
from nodescope.data.gap_ways import WAYS
from nodescope.run import setting as of
from nodescope.run.setting import ADDED_IN_PARTS, WRITING, Setting, as_method, batch_size, one_of, unless_none
from nodescope.run.watch import as_tolerance

Numbers = Any
"""This is a number, or numbers in lists or arrays."""
Table = Any
"""This is a path, a data frame, an Arrow stream, an array or a mapping."""


def settings(
    *,
    weight: Annotated[
        Numbers, Setting("scalar, (d,) or (k, d), optional", "Start weights (parameters); zeros unless given.")
    ] = None,
    network: Annotated[
        Any,
        Setting(
            "Network, mapping of `ns.network`'s keywords or list of sizes, instead of weight",
            "Layers of nodes; input (n, d) or (d,), goal (n,), (n, k) or (k,).",
            shell="",
        ),
    ] = None,
    input: Annotated[
        Numbers,
        Setting("scalar, (n,), (d,) or (n, d)", "Inputs (features). Contiguous rows of float64 or float32 are held, not copied."),
    ] = None,
    goal: Annotated[
        Any, Setting("scalar, (n,), (k,) or (n, k); with `data` the name of the goal's column, or names", "Goals (targets).")
    ] = None,
    data: Annotated[
        Table,
        Setting(
            "table, optional",
            "A table instead of `input`: CSV, Parquet or Arrow; a file, a folder, a pattern (`*.parquet`) or a list of them. Or a "
            "data frame, a pyarrow dataset, a polars LazyFrame, an Arrow stream, an array or a mapping.",
            shell="path",
        ),
    ] = None,
    inputs: Annotated[
        Sequence[str] | str | None,
        Setting("list of str, optional", "With `data`: columns, all but the goals unless given. Else input names.", shell="names"),
    ] = None,
    standardise: Annotated[
        Any,
        Setting(
            'bool, "ddof 1" or "min-max"',
            'Inputs to mean 0 and deviation 1 over the seen rows: True divides by n (ddof 0), "ddof 1" by n − 1; "min-max" '
            "brings them to 0 … 1. Goals keep their units, but of a network they are scaled too; `predict`, `score` and "
            "`table_weight` are in the person's units all the same.",
            shell="scale",
        ),
    ] = False,
    missing: Annotated[
        Any,
        Setting(
            '{"refuse", "drop", "mean", "median", "zero"}',
            "With `data`: what to do with values that are not there. They are refused, or their rows dropped, or inputs filled "
            "with the mean, median or zero. Mean and median are those of the seen rows, kept with the recipe and used by "
            "`predict`; rows without a goal are then left out.",
            shell=WAYS,
        ),
    ] = "refuse",
    indicator: Annotated[
        Any,
        Setting(
            "bool or list of str",
            "With a `missing` that fills: a further input for each column with gaps. It is 1 where there was no value.",
            shell="switch",
        ),
    ] = False,
    categories: Annotated[
        Any,
        Setting(
            '{"refuse", "one-hot"} or mapping',
            "With `data`: whether a column of text becomes an input for each of its values, one-hot. Their order is that of the "
            'sorted values, kept with the recipe; {"island": ["Biscoe", "Dream"]} gives it.',
            shell=("refuse", "one-hot"),
        ),
    ] = "refuse",
    unknown: Annotated[
        Literal["refuse", "ignore"],
        Setting(
            '{"refuse", "ignore"}',
            "Of a category's value that was never seen: refuse it, or take it for none of them.",
            shell="choice",
        ),
    ] = "refuse",
    dates: Annotated[
        Any,
        Setting(
            "list of str, optional",
            "With `data`: what becomes of a date: year, month, weekday (Monday is 0), days since the first. Unless given, a "
            "column of dates is refused.",
            shell="names",
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        Setting("str, optional", 'Of a CSV file: what divides its cells, such as ";" or "tab". Found in the file unless given.'),
    ] = None,
    decimal: Annotated[
        str | None,
        Setting('{".", ","}, optional', "Of a CSV file: what divides a number's decimals. Found in the file unless given."),
    ] = None,
    thousands: Annotated[
        str | None,
        Setting(
            "str, optional",
            'Of a CSV file: what divides thousands: ",", ".", "space", "apostrophe" or "none". Found in the file unless given.',
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        Setting("str, optional", "Of a CSV file: how its text is encoded, such as latin-1. Found in the file unless given."),
    ] = None,
    header: Annotated[
        bool | None,
        Setting(
            "bool, optional",
            "Of a CSV file: whether its first line has the columns' names. Found in the file unless given.",
            shell="switch",
        ),
    ] = None,
    memory: Annotated[Any, of.IN_MEMORY] = "auto",
    window: Annotated[int | None, of.MIXED] = None,
    holdout: Annotated[
        float,
        Setting("float", "With `data`: fraction of the rows kept unseen, to score it on. That is `run.score`.", shell="number"),
    ] = 0.0,
    fingerprint: Annotated[
        str | None, Setting("str, optional", "With `data`: refuse a table that is not the one a recipe was written for.", shell="")
    ] = None,
    alpha: Annotated[
        Any,
        Setting(
            '"auto", float, list of floats, `ns.schedule(…)`, or function of the step',
            'Learning rate, the brake. "auto" is worked out from the inputs once and kept in the recipe; for rules that rescale '
            "their steps it is the customary one (Adam 0.001). The step is *half* the derivative of the squared error: one example "
            "of input x is stable for 0 < alpha < 2/|x|².",
        ),
    ] = "auto",
    steps: Annotated[
        int | None,
        Setting(
            "int, optional",
            "Updates to make. Neither steps nor epochs: until it settles, cycles or diverges, at most 1,000,000 steps (tables: "
            "20 epochs).",
            unless_none(whole),
            "whole",
        ),
    ] = None,
    epochs: Annotated[
        int | None, Setting("int, optional", "Passes over the examples, instead of steps.", unless_none(whole), "whole")
    ] = None,
    until_mse: Annotated[
        float | None,
        Setting(
            "float, optional",
            "Stop when the mean squared error is at most this: before the update of a step that sees all examples, else at an "
            "epoch's end.",
            unless_none(partial(number, least=0.0)),
            "number",
        ),
    ] = None,
    time_limit: Annotated[
        float | None, Setting("float, optional", "Seconds after which to stop.", unless_none(partial(number, least=0.0)), "number")
    ] = None,
    tolerance: Annotated[
        Any,
        Setting(
            "float or mapping, optional",
            "Stop when the error no longer improves by this part of itself for five epochs one after another: on the rows kept "
            'unseen where there are any. Another patience: {"change": 1e-4, "patience": 20}.',
            lambda _name, value: as_tolerance(value),
            "number",
        ),
    ] = None,
    keep: Annotated[
        Literal["last", "best"],
        Setting(
            '{"last", "best"}',
            'Which weights the run ends with. "best": those of the epoch whose error was lowest, on the rows kept unseen where '
            "there are any; the run is cut there, unless it diverged, was interrupted or ran out of time.",
            one_of("last", "best"),
            "choice",
        ),
    ] = "last",
    batch: Annotated[int | Literal["all"], Setting('int or "all"', 'Examples a step: a number, or "all".', batch_size)] = 1,
    parts: Annotated[int | None, Setting("int, optional", ADDED_IN_PARTS, unless_none(partial(whole, least=1)), "whole")] = None,
    order: Annotated[
        Literal["given", "shuffled"],
        Setting(
            '{"given", "shuffled"}',
            "Order of the examples; that of epoch e depends on (seed, e) alone.",
            one_of("given", "shuffled"),
            "choice",
        ),
    ] = "given",
    seed: Annotated[int, Setting("int", "What is drawn by chance follows from it.", partial(whole, most=2**64 - 1), "whole")] = 0,
    rule: Annotated[
        Any,
        Setting(
            "str, dict or rule",
            "How a weighted delta becomes an update (optimizer): plain, momentum, nesterov, adagrad, rmsprop, adam or adamw. In "
            'Python also with its settings: {"name": "adam", "beta1": 0.9, …}.',
            lambda _name, value: as_rule(value),
        ),
    ] = "plain",
    bias: Annotated[
        Any,
        Setting(
            "bool or start value, optional",
            "A weight for an input fixed at 1 (intercept); with `data` there is one. True starts at 0.",
            shell="switch",
        ),
    ] = None,
    freeze_bias: Annotated[bool, Setting("bool", "The bias keeps its start value.", yes_or_no, "switch")] = False,
    frozen: Annotated[
        Any,
        Setting(
            "booleans in the shape of the weights, optional",
            "These weights keep their values. Of a network: a list with an entry per layer, None, True or booleans.",
            shell="",
        ),
    ] = None,
    reduction: Annotated[
        Literal["mean", "sum"],
        Setting('{"mean", "sum"}', "Over the examples of a batch; never over outputs.", one_of("mean", "sum"), "choice"),
    ] = "mean",
    summation: Annotated[
        Literal["auto", "left-to-right", "lanes"],
        Setting(
            '{"auto", "left-to-right", "lanes"}',
            'How a node adds its products: "auto" is eight lanes for a single node of more than 16 inputs, where nobody adds by '
            "hand, else left to right. The recipe keeps which.",
            one_of("auto", "left-to-right", "lanes"),
            "choice",
        ),
    ] = "auto",
    update_order: Annotated[
        Literal["parallel", "sequential"],
        Setting(
            '{"parallel", "sequential"}',
            "Of layers: all weights are read before any is written, or the output layer first and each earlier one from the "
            "weights already updated.",
            one_of("parallel", "sequential"),
            "choice",
        ),
    ] = "parallel",
    loss: Annotated[
        Any,
        Setting(
            '{"squared", "huber", "absolute", "cross-entropy", "hinge", "perceptron"} or mapping',
            "What each step makes smaller: squared, huber, absolute, cross-entropy, hinge, perceptron. Of an error e ½ e² (not "
            """e²), Huber's {"name": "huber", "threshold": 1.0}, or |e|. Cross-entropy is for goals that are classes, text or """
            "whole numbers: of two classes one output says how likely the second is (sigmoid of its sum, logistic regression), "
            "of more each has one (softmax); the delta is prediction − goal. Hinge and perceptron tell two classes apart.",
            lambda _name, value: as_loss(value),
        ),
    ] = "squared",
    penalty: Annotated[
        Any,
        Setting(
            "float or mapping, optional",
            'What large weights cost: {"l2": 0.01} adds ½ · 0.01 · Σ weight² to what each step makes smaller, {"l1": 0.01} adds '
            "0.01 · Σ |weight|; a number is l2. So l2 × weight + l1 × its sign join each weighted delta. Biases are left alone "
            'unless "bias": True is there too.',
            lambda _name, value: as_penalty(value),
        ),
    ] = None,
    clip: Annotated[
        float | None,
        Setting(
            "float, optional",
            "Clip the gradient: where all weighted deltas of a step together are longer than this, all are shortened alike. "
            "That is the root of the sum of their squares, penalty included; the trace tells it.",
            unless_none(partial(number, above=0.0)),
            "number",
        ),
    ] = None,
    alpha_factors: Annotated[
        Any,
        Setting(
            "numbers in the shape of the weights, optional",
            "What alpha is multiplied by for each weight. Of a network: a list with an entry per layer, a number for all its "
            "weights and biases, None for 1, or numbers in the shape of its weights.",
            shell="",
        ),
    ] = None,
    classes: Annotated[
        Any,
        Setting(
            "list, optional",
            "With cross-entropy: the classes in the order of the outputs. Those of the goals, sorted, unless given.",
            shell="names",
        ),
    ] = None,
    method: Annotated[
        Any,
        Setting(
            '{"steps", "moments"}',
            'Steps on the rows, or with "moments" on a few examples that have their means and mean products. For linear nodes with '
            '`batch="all"`, which see nothing else; `run.row_difference` bounds what it changes.',
            lambda _name, value: as_method(value),
        ),
    ] = "steps",
    out: Annotated[
        str | PathLike[str] | None,
        Setting(
            "path, optional",
            "A run file, written as the run goes; its name appears once its recipe is safely in it.",
            shell="",
        ),
    ] = None,
    overwrite: Annotated[bool, Setting("bool", "With `out`: replace a run that is there.", shell="")] = False,
    to: Annotated[Any, Setting("str or Tracker, optional", of.TO, shell="")] = None,
    on: Annotated[Any, Setting("int, str, Client or object with map, optional", of.ON, shell="")] = None,
) -> None:
    """Nothing is done: the signature is the table."""


@cache
def table() -> dict[str, Setting]:
    """The settings by name, in their order."""
    hints = get_type_hints(settings, include_extras=True)
    return {name: get_args(hints[name])[-1] for name in inspect.signature(settings).parameters}


def settings_type(name: str) -> Any:
    return get_type_hints(settings)[name]


@cache
def recipe_keys() -> tuple[str, ...]:
    """Settings that say what to run: all but where it is written."""
    return tuple(name for name in table() if name not in WRITING)


@cache
def defaults() -> dict[str, Any]:
    """Default of each setting."""
    return {name: parameter.default for name, parameter in inspect.signature(settings).parameters.items()}


@cache
def plain_names() -> tuple[str, ...]:
    """Settings that a recipe keeps as they are after their check, each as a field of the same name."""
    return tuple(name for name, setting in table().items() if setting.check is not None)
