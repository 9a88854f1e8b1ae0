"""What callbacks of other libraries share: an observer that is put on when their training begins, and taken off at its end."""

from collections.abc import Iterable
from typing import Any

from nodescope.run.recorded import Recorded
from nodescope.torch.observe import observe


class Attached:
    """Observers of one training, one for each optimizer.

    Attributes
    ----------
    runs : list of Recorded
        Empty before the training has begun.
    run : Recorded or None
        The first.
    """

    runs: list[Recorded] = []  # noqa: RUF012  # never written to: each training has a list of its own
    _open: tuple[observe, ...] = ()

    @property
    def run(self) -> Recorded | None:
        return self.runs[0] if self.runs else None

    def _attach(self, model: Any, optimizers: Iterable[Any], settings: dict[str, Any]) -> None:
        self._detach(None)  # of a training that raised nothing was told
        self._open = tuple(observe(model, optimizer, **settings) for optimizer in optimizers)
        self.runs = [one.__enter__() for one in self._open]

    def _note(self, figures: Any, name: str) -> None:
        if name in (figures or {}):
            for run in self.runs:
                run.note(validation=float(figures[name]))

    def _detach(self, error: BaseException | None) -> None:
        opened, self._open = self._open, ()
        for one in reversed(opened):
            one.__exit__(type(error) if error else None, error, None)
