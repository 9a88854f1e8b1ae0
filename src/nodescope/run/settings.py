"""Every keyword of `descend`, written once: name, type, default, check, what it is, and how the shell takes it.

The signature of `settings` is the table. The public functions that take these keywords have it as theirs (`takes_settings`), their
docstrings have its words, `making.py` its checks and defaults, TOML and run files its names, the shell its flags.

n examples, d inputs, k outputs.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from os import PathLike
from textwrap import fill
from typing import Annotated, Any, Concatenate, Literal, ParamSpec, TypeVar, get_args, get_type_hints

from nodescope.arithmetic.checks import choice, near, number, whole, yes_or_no
from nodescope.arithmetic.losses import as_loss
from nodescope.arithmetic.rules import as_rule
from nodescope.errors import InputError
from nodescope.run.watch import as_tolerance

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[str, object], Any]
"""It takes name and value as given, and gives the value as the recipe keeps it; it raises InputError."""

Numbers = Any
"""This is a number, or numbers in lists or arrays."""
Table = Any
"""This is a path, a data frame, an Arrow stream, an array or a mapping."""


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
    shell : str
        How the shell takes it: "text", "path", "whole", "number", "names", "switch", "choice", "scale", or "" where it does not.
    """

    kind: str
    words: str
    check: Check | None = None
    shell: str = "text"


def _one_of(*words: str) -> Check:
    return lambda name, value: choice(name, value, *words)


def _unless_none(check: Check) -> Check:
    return lambda name, value: None if value is None else check(name, value)


def _batch(name: str, value: object) -> int | str:
    return "all" if isinstance(value, str) and value == "all" else whole(name, value, least=1, words='"all"')


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
        Setting("scalar, (n,), (d,) or (n, d)", "Inputs (features). A float64 array with contiguous rows is held, not copied."),
    ] = None,
    goal: Annotated[
        Any, Setting("scalar, (n,), (k,) or (n, k); with `data` the name of the goal's column, or names", "Goals (targets).")
    ] = None,
    data: Annotated[
        Table,
        Setting(
            "table, optional",
            "A table instead of `input`: CSV or Parquet. Or a data frame, an Arrow stream, an array or a mapping.",
            shell="path",
        ),
    ] = None,
    inputs: Annotated[
        Sequence[str] | str | None,
        Setting("list of str, optional", "With `data`: the input columns; all but the goals unless given.", shell="names"),
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
        Literal["refuse", "drop"],
        Setting('{"refuse", "drop"}', "With `data`: what to do with rows that lack a number.", shell="choice"),
    ] = "refuse",
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
            _unless_none(whole),
            "whole",
        ),
    ] = None,
    epochs: Annotated[
        int | None, Setting("int, optional", "Passes over the examples, instead of steps.", _unless_none(whole), "whole")
    ] = None,
    until_mse: Annotated[
        float | None,
        Setting(
            "float, optional",
            "Stop when the mean squared error is at most this: before the update of a step that sees all examples, else at an "
            "epoch's end.",
            _unless_none(partial(number, least=0.0)),
            "number",
        ),
    ] = None,
    time_limit: Annotated[
        float | None, Setting("float, optional", "Seconds after which to stop.", _unless_none(partial(number, least=0.0)), "number")
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
            _one_of("last", "best"),
            "choice",
        ),
    ] = "last",
    batch: Annotated[int | Literal["all"], Setting('int or "all"', 'Examples a step: a number, or "all".', _batch)] = 1,
    order: Annotated[
        Literal["given", "shuffled"],
        Setting(
            '{"given", "shuffled"}',
            "Order of the examples; that of epoch e depends on (seed, e) alone.",
            _one_of("given", "shuffled"),
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
        Setting('{"mean", "sum"}', "Over the examples of a batch; never over outputs.", _one_of("mean", "sum"), "choice"),
    ] = "mean",
    summation: Annotated[
        Literal["auto", "left-to-right", "lanes"],
        Setting(
            '{"auto", "left-to-right", "lanes"}',
            'How a node adds its products: "auto" is eight lanes for a single node of more than 16 inputs, where nobody adds by '
            "hand, else left to right. The recipe keeps which.",
            _one_of("auto", "left-to-right", "lanes"),
            "choice",
        ),
    ] = "auto",
    update_order: Annotated[
        Literal["parallel", "sequential"],
        Setting(
            '{"parallel", "sequential"}',
            "Of layers: all weights are read before any is written, or the output layer first and each earlier one from the "
            "weights already updated.",
            _one_of("parallel", "sequential"),
            "choice",
        ),
    ] = "parallel",
    loss: Annotated[
        Any,
        Setting(
            '{"squared", "huber", "absolute", "cross-entropy"} or mapping',
            "What each step makes smaller: squared, huber, absolute or cross-entropy. Of an error e ½ e² (not e²), Huber's "
            '{"name": "huber", "threshold": 1.0}, or |e|. Cross-entropy is for goals that are classes, text or whole numbers: of '
            "two classes one output says how likely the second is (sigmoid of its sum, logistic regression), of more each has one "
            "(softmax); the delta is prediction − goal.",
            lambda _name, value: as_loss(value),
        ),
    ] = "squared",
    classes: Annotated[
        Any,
        Setting(
            "list, optional",
            "With cross-entropy: the classes in the order of the outputs. Those of the goals, sorted, unless given.",
            shell="names",
        ),
    ] = None,
    out: Annotated[
        str | PathLike[str] | None,
        Setting(
            "path, optional",
            "A run file, written as the run goes; its name appears once its recipe is safely in it.",
            shell="",
        ),
    ] = None,
    overwrite: Annotated[bool, Setting("bool", "With `out`: replace a run that is there.", shell="")] = False,
) -> None:
    """Nothing is done: the signature is the table."""


WRITING = ("out", "overwrite")
"""Where a run is written is no part of what is run."""

MEANT = {
    **dict.fromkeys(("learning_rate", "learning rate", "lr", "eta", "step_size", "rate"), "alpha"),
    **dict.fromkeys(("features", "feature", "x", "xs", "X", "x_train"), "input"),
    **dict.fromkeys(("target", "targets", "y", "ys", "label", "labels", "y_train", "expected"), "goal"),
    **dict.fromkeys(("iterations", "iteration", "n_iter", "num_steps", "n_steps", "max_steps", "updates"), "steps"),
    **dict.fromkeys(("n_epochs", "num_epochs", "max_iter", "passes"), "epochs"),
    **dict.fromkeys(("w", "weights", "parameters", "params", "theta", "coef", "initial_weight", "start"), "weight"),
    **dict.fromkeys(("b", "intercept", "fit_intercept", "use_bias"), "bias"),
    **dict.fromkeys(("batch_size", "minibatch", "mini_batch"), "batch"),
    **dict.fromkeys(("optimizer", "optimiser", "solver", "momentum", "update_rule"), "rule"),
    **dict.fromkeys(("random_state", "random_seed", "rng"), "seed"),
    **dict.fromkeys(("shuffle", "shuffled"), "order"),
    **dict.fromkeys(("standardize", "normalize", "normalise", "scale"), "standardise"),
    **dict.fromkeys(("table", "df", "frame", "dataset", "csv"), "data"),
    **dict.fromkeys(("columns", "feature_names"), "inputs"),
    **dict.fromkeys(("target_mse", "until"), "until_mse"),
    **dict.fromkeys(("tol", "patience", "early_stopping", "n_iter_no_change"), "tolerance"),
    **dict.fromkeys(("test_size", "validation_split", "validation_fraction"), "holdout"),
    **dict.fromkeys(("layers", "model", "hidden_layer_sizes", "net"), "network"),
    **dict.fromkeys(("criterion", "objective"), "loss"),
    **dict.fromkeys(("class_names", "label_names", "categories"), "classes"),
}
"""Other libraries and textbooks call the keywords so."""


@cache
def table() -> dict[str, Setting]:
    """The settings by name, in their order."""
    hints = get_type_hints(settings, include_extras=True)
    return {name: get_args(hints[name])[-1] for name in inspect.signature(settings).parameters}


def settings_type(name: str) -> Any:
    """Type of a setting's values."""
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


def checked(given: Mapping[str, object]) -> dict[str, Any]:
    """The plain settings, each checked, with defaults for those that are not given."""
    return {name: check(name, given[name]) for name in plain_names() if (check := table()[name].check) is not None}


def filled(given: Mapping[str, object]) -> dict[str, Any]:
    """All settings: those given, the others with their defaults.

    Raises
    ------
    InputError
        There is no such keyword; the message has the one that is meant.
    """
    for name in given:
        if name not in recipe_keys():
            raise InputError(f"there is no keyword {name!r}{meant(name)}")
    return {**defaults(), **given}


def without_writing(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings given, but for where the run is written."""
    return {name: value for name, value in given.items() if name not in WRITING}


def meant(name: object) -> str:
    """The end of a message about a keyword that is not there."""
    word = str(name).lower()
    if (known := MEANT.get(str(name)) or MEANT.get(word)) is not None:
        return f"; did you mean {known!r}?"
    return near(name, table()) or "; help(ns.descend) lists them all"


def takes_settings(of: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Give a function the signature of `of` (the table), and its docstring the settings' words in place of ``**settings``."""

    def told(function: Callable[..., R]) -> Callable[P, R]:
        _tell(function, of)
        return function

    return told


def takes_settings_after_one(of: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[Concatenate[Any, P], R]]:
    """The same for a function whose first argument is one of its own."""

    def told(function: Callable[..., R]) -> Callable[Concatenate[Any, P], R]:
        _tell(function, of)
        return function

    return told


def _tell(function: Callable[..., object], of: Callable[..., object]) -> None:
    own = inspect.signature(function)
    first = [parameter for parameter in own.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    hints = get_type_hints(of)
    rest = [parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(of).parameters.items()]
    function.__signature__ = own.replace(parameters=[*first, *rest])  # type: ignore[attr-defined]
    if function.__doc__ is not None:
        function.__doc__ = function.__doc__.replace("    **settings\n", documented())


@cache
def documented(indent: str = "    ") -> str:
    """The settings as numpydoc parameters."""
    lines = []
    for name, setting in table().items():
        default = defaults()[name]
        kind = setting.kind if default is None or "optional" in setting.kind else f"{setting.kind}, default {default!r}"
        lines += [f"{indent}{name} : {kind}", fill(setting.words, 120, initial_indent=2 * indent, subsequent_indent=2 * indent)]
    return "\n".join(lines) + "\n"
