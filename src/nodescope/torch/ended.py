"""What is noted when the observing ends: what was out of the ordinary, or could not be seen."""

import math
from collections.abc import Collection, Iterator, Sequence

from torch import nn

from nodescope.run.facts import Modes, ParameterSeen
from nodescope.run.recorded import Recorded
from nodescope.torch.layers import Layer
from nodescope.torch.model import others
from nodescope.torch.watch import Watch


def notes_at_the_end(
    model: nn.Module, layers: Sequence[Layer], seen: Collection[int], kept: Sequence[float], set_back: int, run: Recorded
) -> Iterator[str]:
    """Notes on a training.

    Parameters
    ----------
    seen : numbers of the layers that were at work
    kept : what was left of the gradients' length at each update
    set_back : how often gradients were set back to nothing without an update
    """
    unseen = [layer.name for number, layer in enumerate(layers) if layer.known and number not in seen]
    if unseen and run.losses:
        yield (
            f"not seen at work (compiled, scripted, part of a larger operation, in another thread, or not used): {_some(unseen)}"
        )
    changed = [part for part in kept if abs(part - 1.0) > 1e-6]
    if changed:
        yield (
            f"gradients were changed between backward and the update (clipped) in {len(changed):,} of the steps looked at, "
            f"last to {changed[-1]:.3g} times their length"
        )
    if set_back:
        yield (
            f"{set_back:,} times gradients were set back to nothing before an update: those of another model's loss, or of an "
            "update that loss scaling left out"
        )
    unknown = others(model, [layer for number, layer in enumerate(layers) if layer.known or number in seen])
    if unknown:
        yield (
            f"layers of a kind not known here, of which weights and weighted deltas are told at most, not nodes: {_some(unknown)}"
        )


def fill_in(run: Recorded, parameters: list[ParameterSeen], watch: Watch, modes: Modes, model: nn.Module) -> None:
    """What is known only when all is over."""
    facts = run.facts
    facts.parameters, facts.modes = parameters, modes
    facts.loss_calls = watch.loss_calls.calls
    facts.strays = watch.at_work.strays(model)
    facts.from_data = watch.layers.from_data is not False


def went_on(run: Recorded) -> bool:
    """Whether losses and weights were finite again after the first number that was not."""
    if run.trouble is None or run.trouble.step >= len(run.losses) - 1 or not math.isfinite(run.losses[-1]):
        return False
    return all(math.isfinite(each.end) for each in run.facts.parameters)


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
