"""Sheets for a class to fill in, each with its own numbers, and their key. A sheet says its numbers in its first line.

Numbers are short (one or two decimals) and the node is stable, so that each step can be done by hand.
"""

import json
import random
import re
from dataclasses import dataclass
from typing import Any

from nodescope.arithmetic.checks import shown, whole
from nodescope.errors import InputError
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

MOST_STUDENTS, MOST_STEPS, MOST_INPUTS = 1000, 200, 4
SAID = {"weight", "input", "goal", "alpha", "bias"}
"""What a worksheet's first line says of its node, and nothing else."""
TITLE = "# nodescope worksheet"
_NUMBERS = re.compile(r"^#\s*nodescope worksheet[^{\n]*(\{.*\})", re.MULTILINE)
HOW = """# Each step: prediction = sum of weight x input (then + bias); delta = prediction - goal; weighted_delta = delta x input;
# alpha_delta = alpha x weighted_delta; new weight = weight - alpha_delta (of the bias: alpha x delta). Write {digits} decimals."""


@dataclass(frozen=True)
class Worksheet:
    """One worksheet: the task, and the numbers that belong in it.

    Attributes
    ----------
    name : its file's name
    keywords : `descend`'s, that make its run
    blank : the sheet's text, its cells empty
    filled : the same with every number: the key
    """

    name: str
    keywords: dict[str, Any]
    blank: str
    filled: str


def worksheets(
    students: int = 30, steps: int = 8, seed: int = 0, inputs: int = 1, bias: bool = False, digits: int = 4
) -> list[Worksheet]:
    """Sheets of a node, one for each student, each with its own numbers.

    Parameters
    ----------
    students, steps : how many sheets, and rows of each
    seed : the same seed gives the same sheets
    inputs : inputs of the node
    bias : whether it has one
    digits : decimals that are to be written

    Raises
    ------
    InputError
        A number that is out of its range.

    Examples
    --------
    >>> worksheets(students=2, steps=3, seed=7)[0].blank.splitlines()[-1]
    '2,,,,,,'
    """
    students = whole("students", students, least=1, most=MOST_STUDENTS)
    steps = whole("steps", steps, least=1, most=MOST_STEPS)
    inputs = whole("inputs", inputs, least=1, most=MOST_INPUTS)
    digits = whole("digits", digits, least=1, most=15)
    rng = random.Random(f"{seed} {inputs} {bias}")
    width = max(2, len(str(students)))
    seen: list[dict[str, Any]] = []
    while len(seen) < students:
        keywords = _numbers(rng, inputs, bias)
        if keywords not in seen:
            seen.append(keywords)
    return [_sheet(f"{i + 1:0{width}}", keywords, steps, digits, students) for i, keywords in enumerate(seen)]


def _numbers(rng: random.Random, inputs: int, bias: bool) -> dict[str, Any]:
    """Start weights, inputs, a goal and an alpha of one or two decimals; each step leaves 0.3 to 0.95 of the missing error."""
    while True:
        x = [rng.choice([0.5, 1.0, 1.5, 2.0, -0.5, -1.0, 3.0]) for _ in range(inputs)]
        weight = [rng.randint(-9, 9) / 10 for _ in range(inputs)]
        goal, alpha = rng.randint(-20, 30) / 10, rng.choice([0.05, 0.1, 0.2, 0.3])
        squares = sum(v * v for v in x) + bias
        start = sum(w * v for w, v in zip(weight, x, strict=True))
        if 0.05 <= alpha * squares <= 0.7 and abs(start - goal) >= 0.5:
            one = inputs == 1
            keywords = {"weight": weight[0] if one else weight, "input": x[0] if one else x, "goal": goal, "alpha": alpha}
            return keywords | ({"bias": rng.randint(0, 5) / 10} if bias else {})


def _sheet(number: str, keywords: dict[str, Any], steps: int, digits: int, students: int) -> Worksheet:
    window = go(make_recipe(**keywords).with_steps(steps)).trace[0:steps]
    skipped = ("epoch", "example", "input", "goal", "mse", "alpha", "bias_weighted_delta")
    columns = {name: column for name, column in window.flat().items() if name.partition("[")[0] not in skipped}
    said = ", ".join(f"{name} {value}" for name, value in keywords.items())
    top = [f"{TITLE} {number} of {students}: {json.dumps(keywords)}", f"# {said}; {steps} steps", HOW.format(digits=digits)]
    head = ",".join(f'"{name}"' if "," in name else name for name in columns)
    blank = [",".join([str(t), *[""] * (len(columns) - 1)]) for t in range(steps)]
    rows = [
        ",".join(str(t) if name == "step" else f"{column[t]:.{digits}f}" for name, column in columns.items()) for t in range(steps)
    ]
    texts = ["\n".join([*top, head, *lines, ""]) for lines in (blank, rows)]
    return Worksheet(f"{number}.csv", keywords, *texts)


def keywords_in(text: str) -> dict[str, Any] | None:
    """The numbers that a worksheet says it is of; None of other text.

    Raises
    ------
    InputError
        The line that says them is damaged.
    """
    found = _NUMBERS.search(text)
    if found is None:
        return None
    try:
        keywords = json.loads(found[1])
    except (ValueError, RecursionError) as error:
        raise InputError(f"the worksheet's first line is damaged ({error!s:.100}); put it back as it was") from error
    strange = sorted(set(keywords) - SAID)  # a sheet that is handed in opens no file and asks for no long run
    if strange:
        raise InputError(f"the worksheet's first line is damaged (it says {shown(strange[0])}); put it back as it was")
    return dict(keywords)
