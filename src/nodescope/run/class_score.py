"""How good a fit of classes is: accuracy, log loss and who is taken for whom, beside what costs nothing to know.

Accuracy: the part of the rows whose class is the likeliest. Log loss: the mean of −ln of the probability given to the row's class.
Always saying the most frequent class has that class's accuracy; giving each class its share of the seen rows has a log loss of
−Σ share × ln share on them.

n examples, k outputs, c classes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_order, in_parts
from nodescope.data.classes import Classes
from nodescope.data.examples import Examples
from nodescope.theory.likelihood import log_losses, output_sums

MOST_SHOWN = 12
"""Of more classes than these the table of who is taken for whom is not printed."""


@dataclass(frozen=True, eq=False)
class ClassQuality:
    """What predictions of classes are worth on some rows.

    Attributes
    ----------
    accuracy : float
    log_loss : float or None
        None of a hinge or a perceptron, which tell no probabilities.
    confusion : (c, c) int64
        Rows are what is, columns what is said.
    """

    accuracy: float
    log_loss: float | None
    confusion: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class ClassScore:
    """This fit beside always saying the most frequent class, and beside giving each class its share.

    Attributes
    ----------
    seen : ClassQuality
    unseen : ClassQuality or None
        None where no rows were held out.
    most_frequent : str, int or bool
        The class that most seen rows have.
    always : (ClassQuality, ClassQuality or None)
        Seen and unseen, of always saying `most_frequent` with the probability that it has.
    classes : tuple
    goals : tuple of str
    fit : str
        What it is called in the table.
    """

    seen: ClassQuality
    unseen: ClassQuality | None
    most_frequent: object
    always: tuple[ClassQuality, ClassQuality | None]
    classes: Classes
    goals: tuple[str, ...]
    fit: str = "this node"

    def __repr__(self) -> str:
        """Two tables in plain text: how good it is, and who is taken for whom."""
        told = [("accuracy seen", "log loss seen", self.seen, self.always[0])]
        if self.unseen is not None and self.always[1] is not None:
            told.append(("accuracy unseen", "log loss unseen", self.unseen, self.always[1]))
        if self.seen.log_loss is None:
            return self._without_probabilities([(name, own, always) for name, _, own, always in told])
        head = [f"{self.goals[0]!r}", *(name for accuracy, loss, *_ in told for name in (accuracy, loss))]
        own = [self.fit, *(f"{v:.5g}" for *_, of, _always in told for v in (of.accuracy, of.log_loss))]
        always = [f"always {self.most_frequent!r}", *(text for *_, of in told for text in (f"{of.accuracy:.5g}", ""))]
        shares = ["class frequencies", *(text for *_, of in told for text in ("", f"{of.log_loss:.5g}"))]
        tables = [_aligned([head, own, always, shares])]
        if len(self.classes) <= MOST_SHOWN:
            tables.append(self._confusion())
        return "\n\n".join(tables)

    def _without_probabilities(self, told: list[tuple[str, ClassQuality, ClassQuality]]) -> str:
        rows = [
            [f"{self.goals[0]!r}", *(name for name, *_ in told)],
            [self.fit, *(f"{own.accuracy:.5g}" for _, own, _ in told)],
            [f"always {self.most_frequent!r}", *(f"{always.accuracy:.5g}" for *_, always in told)],
        ]
        return f"{_aligned(rows)}\n\n{self._confusion()}"

    def _confusion(self) -> str:
        of, rows = (self.seen, "seen") if self.unseen is None else (self.unseen, "unseen")
        names = [str(label) for label in self.classes]
        head = [f"{rows} rows: is ↓, said →", *names]
        return _aligned([head, *([name, *map(str, row)] for name, row in zip(names, of.confusion.tolist(), strict=True))])


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(len(line[c]) for line in lines) for c in range(len(lines[0]))]
    return "\n".join(
        (line[0].ljust(widths[0]) + "".join("  " + cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))).rstrip()
        for line in lines
    )


def class_score(problem: Problem, weights: Floats, examples: Examples, goals: tuple[str, ...], fit: str) -> ClassScore:
    """Of the final weights, flat."""
    assert examples.classes is not None
    classes = examples.classes
    counts = sum(np.bincount(_numbers(part.goal, classes), minlength=len(classes)) for part in in_parts(problem))
    frequencies = np.asarray(counts) / problem.n
    with np.errstate(divide="ignore"):
        constant = np.log(frequencies)
    most = int(np.argmax(frequencies))
    seen, seen_always = _both(problem, weights, examples.input, examples.goal, classes, constant)
    unseen, unseen_always = None, None
    if len(examples.unseen_goal):
        unseen, unseen_always = _both(problem, weights, examples.unseen_input, examples.unseen_goal, classes, constant)
    return ClassScore(seen, unseen, classes[most], (seen_always, unseen_always), classes, goals, fit)


def _both(
    problem: Problem, weights: Floats, x: Floats, goal: Floats, classes: Classes, constant: Floats
) -> tuple[ClassQuality, ClassQuality]:
    """Of the fit, and of always giving each class its share."""
    found, lost = np.zeros((2, len(classes), len(classes)), dtype=np.int64), np.zeros(2)
    for part in in_parts(replace(problem, input=in_order(x), goal=in_order(goal), batch=1, shuffled=False, native=None)):
        sums = output_sums(part, weights)
        truth = _numbers(part.goal, classes)
        said = (sums[:, 0] > 0).astype(int) if sums.shape[1] == 1 else sums.argmax(axis=1)
        with np.errstate(all="ignore"):
            told = log_losses(sums, part.goal).sum() if problem.loss.tells_classes else 0.0
            lost += (told, -constant[truth].sum())
        np.add.at(found[0], (truth, said), 1)
        np.add.at(found[1], (truth, np.full_like(truth, np.argmax(constant))), 1)
    return _quality(found[0], lost[0] if problem.loss.tells_classes else None), _quality(found[1], lost[1])


def _quality(confusion: NDArray[np.int64], lost: float | None) -> ClassQuality:
    n = int(confusion.sum())
    return ClassQuality(float(np.trace(confusion) / n), None if lost is None else float(lost / n), confusion)


def _numbers(goal: Floats, classes: Classes) -> NDArray[np.int64]:
    """Each row's place among the classes."""
    return np.asarray(goal[:, 0] == 1.0, dtype=np.int64) if goal.shape[1] == 1 < len(classes) else goal.argmax(axis=1)
