"""When curvature is looked at: now and then, where that takes no more than it may and changes nothing."""

import time as clock
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.run.recorded import Recorded
from nodescope.torch.curvature import bend_of
from nodescope.torch.watch import Watch

WARM = 16
"""Steps after which what an adaptive optimizer divides by means something."""


class Looks:
    """Looks at curvature of a training, at steps 1, 2, 4, 8, …

    Parameters
    ----------
    run : Recorded
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer or None
        Without one nothing is looked at.
    modules : list
        Of the layers told.
    time : float
        Part of the training's own time that looks and records may take.
    note : function
        Told why there is no more to be seen.
    """

    def __init__(
        self,
        run: Recorded,
        model: nn.Module,
        optimizer: Optimizer | None,
        modules: list[Any],
        time: float,
        note: Callable[[str], None],
    ) -> None:
        self._run, self._model, self._optimizer, self._modules = run, model, optimizer, modules
        self._time, self._note = time, note
        self.on = optimizer is not None
        self.seconds = 0.0
        self._next = 1 if type(optimizer).__name__ == "SGD" else WARM

    def due(self, step: int) -> bool:
        """Whether it may be time to at that step."""
        return self.on and step >= self._next

    def look(self, loss: Tensor, watch: Watch, parts: float, spent: float, since: float) -> None:
        """Look, if it is time to; `spent` of the seconds `since` the beginning are the observer's. The first look is always "
        "made."""
        step = len(self._run.losses)
        if not self.due(step) or self._optimizer is None:
            return
        if watch.has_hooks_of_others():
            self.on = False
            self._note(
                "curvature is not told: the training keeps derivatives of its own (retain_grad, hooks), or goes forward again on "
                "its way back (checkpoints), which looking would change"
            )
            return
        self._next = 2 * max(step, 1)
        if not self._run.bends or spent + self.seconds <= self._time * since:
            self._take(loss, step, parts)

    def _take(self, loss: Tensor, step: int, parts: float) -> None:
        assert self._optimizer is not None
        began = clock.perf_counter()
        bend = bend_of(self._model, self._optimizer, loss, step, self._modules, parts)
        self.seconds += clock.perf_counter() - began
        if bend is None:
            self._next = step + 1
        elif isinstance(bend, str):
            self.on = False
            self._note(bend)
        else:
            self._run.bends.append(bend)
