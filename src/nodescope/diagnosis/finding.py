"""One finding: what was seen, where, against what threshold, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that can be said of a run, with its evidence.

    Attributes
    ----------
    name : str
        From docs/verdicts.md.
    severity : "note", "warning" or "fault"
        A healthy run has notes only.
    text : str
        The sentence that a person reads.
    step : int or None
        Where it shows; counted from 0.
    where : str
        Node and input.
    measured, predicted : float or None
        What the run did, and what theory says of its recipe.
    threshold : str
        From when on the finding is made.
    remedy : str
        Empty where there is nothing to mend.
    source : str
    """

    name: str
    severity: str
    text: str
    step: int | None = None
    where: str = ""
    measured: float | None = None
    predicted: float | None = None
    threshold: str = ""
    remedy: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.name}: {self.text}" + (f" {self.remedy}" if self.remedy else "")
