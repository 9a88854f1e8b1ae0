"""The fields of the page's form for a fit: each once, with its label, what may be chosen, and the keyword that it stands for.

A field left as it is means: chosen for you, as `nodescope.fit` does. Sentences about a keyword name its field (`in_page_words`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.losses import CROSS_ENTROPY
from nodescope.arithmetic.rules import RULES

CHOSEN = "chosen for you"


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Attributes
    ----------
    name : str
        The keyword's.
    label : str
    choices : dict of str
        From the value that is sent to what a person reads; empty where it is typed.
    hint : str
        What an empty field shows.
    """

    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = CHOSEN


def _same(*words: str) -> dict[str, str]:
    return {"": CHOSEN, **{word: word for word in words}}


FIRST = (
    Field("hidden", "Hidden nodes", hint="none; or 8,8; or auto"),
    Field("holdout", "Part kept unseen", hint="a fifth, of 50 rows or more"),
)
READING = (
    Field("delimiter", "What divides cells", hint="as found"),
    Field("decimal", "Decimal mark", hint="as found"),
    Field("thousands", "Thousands mark", hint="as found"),
    Field("encoding", "Encoding", hint="as found"),
    Field("header", "First line", {"": "as found", "yes": "names of columns", "no": "a row"}),
)
GROUPS: dict[str, tuple[Field, ...]] = {
    "The columns": (
        Field("missing", "Gaps", {
            "": f"{CHOSEN}: the mean", "median": "filled with the median", "zero": "filled with 0",
            "drop": "leave these rows out", "refuse": "refused"}),
        Field("categories", "Text", {"": f"{CHOSEN}: opened into its values", "one-hot": "opened, however many values",
                                     "refuse": "left out"}),
        Field("unknown", "A value not seen before", {"": f"{CHOSEN}: none of the known", "refuse": "refused"}),
        Field("dates", "Dates", hint="left out; or year,month,weekday,days"),
        Field("standardise", "Scale of the inputs", {
            "": f"{CHOSEN}: mean 0, deviation 1", "ddof 1": "mean 0, deviation 1 of n − 1",
            "min-max": "from 0 to 1", "no": "as they are"}),
    ),
    "What is made smaller": (
        Field("loss", "Error", {
            "": f"{CHOSEN}: by the goal", "squared": "squared (numbers)", "huber": "huber (numbers, outliers)",
            "absolute": "absolute (numbers, outliers)", CROSS_ENTROPY: "cross-entropy (classes)"}),
        Field("classes", "Classes in their order", hint="as found; or no,yes"),
        Field("penalty", "Penalty on weights (l2)", hint=f"{CHOSEN}; 0 is none"),
    ),
    "The way down": (
        Field("rule", "Rule", _same(*RULES)),
        Field("alpha", "Alpha", hint=f"{CHOSEN}; auto; or 0.1"),
        Field("batch", "Examples a step", _same("1", "32", "256", "all")),
        Field("epochs", "Epochs"),
        Field("keep", "Which epoch", {"": CHOSEN, "best": "the best on unseen rows", "last": "the last"}),
        Field("activation", "Hidden nodes are", {"": f"{CHOSEN}: relu", **{name: name for name in sorted(ACTIVATIONS)}}),
    ),
}  # fmt: skip
WAY = ("rule", "alpha", "batch", "epochs", "keep")
FIELDS = {each.name: each for each in (*FIRST, *READING, *(each for group in GROUPS.values() for each in group))}
_LABELS = {name: each.label for name, each in FIELDS.items()} | {"goal": "Goal", "inputs": "Inputs"}
_KEYWORD = re.compile(rf"""(?<![\w/-])({"|".join(_LABELS)})=(?:(['"])(.*?)\2|(True\b|[\d.]+\d|\d+|\[[^]]*\]))?""")
_SAID = {
    "go on with ns.resume": "go on with “More epochs…”",
    "predict(table) uses it; run.save(path) keeps it; run.diagnose() says why it went as it did": "the run's page predicts, and "
    "says why it went as it did",
    "fit.run has every number": "this page has every number",
}


def in_page_words(text: str) -> str:
    """`missing="drop"` as “leave these rows out” at “Gaps”: what to choose, and in which field.

    Examples
    --------
    >>> in_page_words('fill it in, or give missing="drop"; hidden="auto" shows more')
    'fill it in, or give “leave these rows out” at “Gaps”; “auto” at “Hidden nodes” shows more'
    """
    for said, shown in _SAID.items():
        text = text.replace(said, shown)
    return _KEYWORD.sub(_at_field, text)


def _at_field(found: "re.Match[str]") -> str:
    name, _, word, number = found.groups()
    value = word if word is not None else number
    label = f"“{_LABELS[name]}”"
    if value is None:
        return label
    choices = FIELDS[name].choices if name in FIELDS else {}
    return f"“{choices.get(value, value)}” at {label}"
