"""Findings about settings that decide a training: weight decay, clipping, the schedule, the start, the rate, the goals' size."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.about_data import unscaled_inputs
from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.observed.about_wiring import layers_of
from nodescope.run.facts import ParameterSeen

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

DECOUPLED = ("AdamW", "NAdamW")
"""Optimizers that take decay off the weights themselves."""
SHRUNK = 0.5
"""Of the weights' size at the start."""
LITTLE = 0.01
"""Of a gradient's length that clipping leaves."""
MOST = 0.9
"""Of the steps looked at."""
NEAR_EPS = 10.0
"""Times eps: gradients below it are no longer scaled up to steps of the rate's size."""
ENDED = 1e-3
"""Of the largest rate: below it the schedule has ended the training."""
LATE = 0.8
"""Part of the run after which a rate that ends is a schedule's last stretch."""
LARGE = 0.2
"""Of a layer's weights that the first steps change: no start is left."""
FAR_ABOVE = 10.0
FAR_ABOVE_OF_NUMBERS = 1000.0
"""Times the loss of guessing: of classes, and of numbers, whose squares are large soon."""
LONG = 0.999
"""Momentum that is asked about."""
DROPPED = 0.9
WARM = 0.05
"""Of the rate that a schedule is to reach."""
UNSCALED = 30.0
"""Goals ÷ predictions in size."""
ENOUGH_STEPS, ENOUGH_CLIPPED = 8, 3
"""Of fewer steps, or of fewer clipped gradients, nothing is said."""
CLIPPED = 1e-6
"""Where this part of a gradient's length is gone, or more, it was clipped."""
WARM_UP = 20
"""A warm-up takes one of so many steps."""


def weight_decay(e: "RecordedEvidence") -> Finding | None:
    """Decay that takes off more than the gradients give, so that the weights go to 0."""
    decay, steps = float(e.recorded.optimizer.get("weight_decay") or 0.0), e.recorded.steps
    moved = [
        p for p in e.recorded.facts.parameters if p.stepped and p.gradients and p.kind not in ("", "LayerNorm") and p.start > 0
    ]
    matrices = [p for p in moved if not p.name.endswith("bias")]
    if not decay or not matrices or not e.finite or not e.hardly_fell or steps < ENOUGH_STEPS:
        return None
    shrunk = math.sqrt(sum(p.size * p.end**2 for p in matrices) / sum(p.size * p.start**2 for p in matrices))
    rate = max((abs(rate) for rate in e.recorded.facts.rates), default=0.0)
    each = rate * decay
    if shrunk > SHRUNK or each * steps < 1.0:
        return None
    return Finding(
        "weight decay",
        "warning",
        f"weight decay takes the weights to 0: each step takes off {min(each, 1.0):.2g} of them (rate {rate:.3g} × decay "
        f"{decay:.3g}), more "
        f"than the gradients give back, and {shrunk:.2g} of their size is left.",
        step=steps,
        measured=shrunk,
        predicted=each,
        threshold=f"weights below {SHRUNK:g} of their size at the start by decay, and most of the loss left",
        remedy=f"weight_decay={_smaller(decay)}.",
        source="the optimizer's weight_decay; weights at the start and at the end",
    )


def _smaller(decay: float) -> str:
    return "0.01" if decay > 0.1 else f"{decay / 100:.1g}"


def clipping(e: "RecordedEvidence") -> Finding | None:
    """Gradients clipped to nearly nothing, in nearly every step."""
    kept = np.array([k for k in e.recorded.facts.kept if math.isfinite(k) and k > 0])
    if len(kept) < ENOUGH_CLIPPED or e.converged or not e.hardly_fell or (e.rescales and not _below_eps(e)):
        return None
    often = float((kept < 1.0 - CLIPPED).mean())
    left = float(np.median(kept))
    if often < MOST or left > LITTLE:
        return None
    norms = [n for n in e.recorded.facts.norms if math.isfinite(n)]
    length = f"{float(np.median(norms)):.2g} in length, " if norms else ""
    return Finding(
        "clipping",
        "warning",
        f"gradients are clipped to {length}{left:.2g} of what they were, in {often:.0%} of the steps: steps are that much "
        "shorter, and hardly anything was learned.",
        step=0,
        measured=left,
        threshold=f"at most {LITTLE:g} of the gradient's length left in {MOST:.0%} of the steps, and most of the loss left",
        remedy="clip_grad_norm_(model.parameters(), 1.0), or none.",
        source="the gradients' length after backward and at the update",
    )


def _below_eps(e: "RecordedEvidence") -> bool:
    """Whether gradients are so small that the eps of an optimizer that scales its steps counts."""
    norms = [n for n in e.recorded.facts.norms if math.isfinite(n) and n > 0]
    size = sum(p.size for p in e.recorded.facts.parameters if p.stepped)
    eps = e.recorded.optimizer.get("eps") or 0.0
    return bool(norms) and size > 0 and float(np.median(norms)) / math.sqrt(size) < NEAR_EPS * eps


def schedule_ends(e: "RecordedEvidence") -> Finding | None:
    """A rate that falls to nothing long before the end."""
    rates = np.abs(np.array([r for r in e.recorded.facts.rates if math.isfinite(r)]))
    if len(rates) < ENOUGH_STEPS or e.converged or e.recorded.optimizer.get("name") == "updates by hand":
        return None
    largest = max(float(rates.max()), e.recorded.facts.first_rate)
    low = rates < ENDED * largest
    since = int(np.flatnonzero(~low)[-1]) + 1 if (~low).any() else 0
    if since > LATE * len(rates):
        return None
    return Finding(
        "schedule",
        "warning",
        f"the schedule has ended the training at step {since:,} of {len(rates):,}: the rate is {rates[since]:.2g} there, of "
        f"{largest:.3g} at most, and nothing is learned after that.",
        step=since,
        measured=float(rates[since]),
        predicted=largest,
        threshold=f"the rate below {ENDED:g} of its largest for more than a fifth of the run",
        remedy="scheduler.step() once an epoch, not once a batch; or a schedule as long as the run.",
        source="the optimizer's rate at each step",
    )


def start_of_zeros(e: "RecordedEvidence") -> Finding | None:
    """Layers that begin with zeros only, or with one number, and stay so."""
    if not e.snapshots or e.converged or not e.recorded.steps:
        return None
    zeros = [n for n in range(e.depth) if not any(look.layers[n].weight.any() for look in (e.first, e.last))]
    alike = [n for n in range(e.depth - 1) if e.all_alike(n) or (e.hardly_fell and e.one_number(n))]
    if len(zeros) < 2 and not alike:
        return None
    named = ", ".join(e.layer_name(n) for n in (zeros if len(zeros) > 1 else alike))
    if len(zeros) > 1:
        text = f"all weights of {named} are 0 at the start: no delta comes back through zeros, so these layers cannot learn"
    else:
        text = f"all nodes of {named} began with the same weights: they stay alike, and together do what one node does"
    return Finding(
        "symmetric nodes",
        "fault" if e.nothing_learned else "warning",
        f"{text}.",
        step=0,
        where=named,
        measured=0.0,
        threshold="the same weights in every node of a hidden layer, at the start and at the end",
        remedy="Leave PyTorch's own start, or nn.init.kaiming_normal_(layer.weight): zeros, or one number, are for biases only.",
        source="weights at the first and the last record",
    )


def start_too_large(e: "RecordedEvidence") -> Finding | None:
    """Predictions so large at the start that the loss is far above that of guessing."""
    call = e.recorded.facts.main_call
    if call is None or e.chance is None or not e.finite or not e.nothing_learned:
        return None
    first = float(e.losses_seen[0])
    far = FAR_ABOVE if call.counts else FAR_ABOVE_OF_NUMBERS
    if not first > far * e.chance or unscaled_inputs(e) is not None:  # inputs that large make predictions large by themselves
        return None
    return Finding(
        "start too large",
        "warning",
        f"weights are drawn too large: the loss begins at {first:.4g}, where guessing has {e.chance:.4g}, and steps of this "
        "rate do not "
        "bring it down.",
        step=0,
        measured=first,
        predicted=e.chance,
        threshold=f"the first loss above {far:g} times that of always saying the same, and nothing learned",
        remedy="Leave PyTorch's own start, or nn.init.xavier_uniform_(layer.weight); standardise the inputs.",
        source="run.losses; classes in the loss call",
    )


def rate_too_large(e: "RecordedEvidence") -> Finding | None:
    """First steps that change the weights by as much as they are, of rules that scale their steps."""
    rates, decay = e.recorded.facts.rates, float(e.recorded.optimizer.get("weight_decay") or 0.0)
    changed = e.changed_at_first - (abs(rates[0]) * decay if rates else 0.0)
    if not e.rescales or not e.finite or not changed > LARGE or e.converged or e.recorded.steps < ENOUGH_STEPS:
        return None
    if not (e.end > e.start or e.nothing_learned or e.end > 2.0 * e.lowest > 0):
        return None
    rate = rates[0] if rates else 0.0
    told = f"the rate {rate:.3g}" if rate else "the rate"
    return Finding(
        "rate too large",
        "warning",
        f"{told} is too large: each of the first steps changed the weights by {changed:.2g} times their own size, and the "
        f"loss is {e.end:.4g}, of {e.lowest:.4g} at its lowest.",
        step=0,
        measured=changed,
        predicted=LARGE,
        threshold=f"the first updates more than {LARGE:g} of the weights' size, and no fit",
        remedy=f"A rate of {10 ** math.floor(math.log10(rate * 0.02 / changed)):.0e}." if rate > 0 else "A smaller rate.",
        source="alpha delta ÷ weight of the first records",
    )


def unscaled_goals(e: "RecordedEvidence") -> Finding | None:
    """Goals far larger than what the model gives, while steps do not grow with the error."""
    call = e.recorded.facts.main_call
    if call is None or call.goals_from != "data" or call.function not in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
        return None
    largest = max(abs(call.goal_low), abs(call.goal_high))
    if not math.isfinite(largest) or largest < UNSCALED or (e.finite and not e.nothing_learned):
        return None
    if e.finite and largest < UNSCALED * call.size and not call.goal_variance < e.end:
        return None
    return Finding(
        "unscaled goals",
        "warning",
        f"goals go from {call.goal_low:.4g} to {call.goal_high:.4g}, predictions are about {call.size:.3g} in size: the way "
        "to them is far "
        "too long for steps of this rate.",
        step=0,
        where=f"the loss ({call.function})",
        measured=largest,
        predicted=call.size,
        threshold=f"goals above {UNSCALED:g} in size, and nothing learned",
        remedy="y = (y - y.mean()) / y.std() before training, and back after it.",
        source="goals and predictions in the loss call",
    )


def lost_to_rounding(e: "RecordedEvidence") -> Finding | None:
    """Updates too small for the precision of the weights."""
    half = [p for p in e.recorded.facts.parameters if p.stepped and p.dtype in ("float16", "bfloat16")]
    lost = e.updates_lost
    if not half or not lost > 0.5 or e.converged:
        return None
    kind = half[0].dtype
    return Finding(
        "lost to rounding",
        "warning",
        f"{lost:.0%} of the weights stay as they are though they have a gradient: they are kept in {kind}, where an update "
        "this small "
        "beside its weight is lost in rounding.",
        step=e.recorded.steps,
        where=layers_of(e, half),
        measured=lost,
        threshold="more than half of the weights unmoved by an update, in half precision",
        remedy="Keep the weights in float32 and compute in half, under `with torch.autocast(device, dtype=torch.bfloat16)`.",
        source="weights before and after the last update recorded",
    )


def _vanishing_eps(p: ParameterSeen, eps: float) -> bool:
    return p.stepped and p.dtype == "float16" and float(np.float16(eps)) == 0.0


def eps_lost(e: "RecordedEvidence") -> Finding | None:
    """An eps that is 0 in the precision of the weights."""
    eps = e.recorded.optimizer.get("eps")
    lost = [p for p in e.recorded.facts.parameters if isinstance(eps, float) and eps > 0 and _vanishing_eps(p, eps)]
    if not lost:
        return None
    return Finding(
        "eps lost",
        "warning" if e.finite else "fault",
        f"the optimizer's eps {eps:g} is 0 in float16, in which the weights are kept: where a gradient is 0 it divides by 0.",
        step=0,
        where=layers_of(e, lost),
        measured=0.0,
        predicted=eps,
        threshold="eps rounds to 0 in the precision of the weights",
        remedy="Keep the weights in float32 (torch.autocast for half precision), or eps=1e-4.",
        source="the optimizer's settings, the parameters' precision",
    )


def betas_swapped(e: "RecordedEvidence") -> Finding | None:
    """Adam's averages: that of the gradients longer than that of their squares."""
    betas = e.recorded.optimizer.get("betas")
    if not isinstance(betas, (list, tuple)) or len(betas) < 2 or not betas[0] ** 2 > betas[1]:
        return None
    return Finding(
        "betas swapped",
        "warning",
        f"betas are {betas[0]:g} and {betas[1]:g}: gradients are averaged over about {1 / max(1e-9, 1 - betas[0]):,.0f} "
        f"steps, their "
        f"squares over {1 / max(1e-9, 1 - betas[1]):,.0f}; it takes the longer average of the squares, else steps grow "
        f"without measure.",
        step=0,
        measured=float(betas[0]),
        predicted=float(betas[1]),
        threshold="the first beta above the root of the second",
        remedy="betas=(0.9, 0.999).",
        source="the optimizer's settings; Reddi, Kale and Kumar 2018 for the condition",
    )


def momentum_too_long(e: "RecordedEvidence") -> Finding | None:
    """A momentum that never forgets, or not within the run."""
    m = float(e.recorded.optimizer.get("momentum") or 0.0)
    if m < LONG or (m < 1.0 and (1.0 / (1.0 - m) < e.recorded.steps or e.converged)):
        return None
    far = "for ever" if m >= 1.0 else f"over about {1 / (1 - m):,.0f} steps, of {e.recorded.steps:,} made"
    return Finding(
        "momentum",
        "warning",
        f"momentum {m:g} adds gradients up {far}: steps grow and swing, and never come to rest.",
        step=0,
        measured=m,
        threshold=f"momentum of 1, or from {LONG:g} on longer than the run",
        remedy="momentum=0.9.",
        source="the optimizer's settings",
    )


def dropout_of_all(e: "RecordedEvidence") -> Finding | None:
    """A dropout that lets next to nothing through."""
    modes = e.recorded.facts.modes
    if modes.dropped < DROPPED or e.converged or (modes.dropped < 1.0 and not e.hardly_fell):
        return None
    return Finding(
        "dropout",
        "warning",
        f"the dropout {modes.dropped_by} sets {modes.dropped:.1%} of its numbers to 0: next to nothing comes through it.",
        step=0,
        where=modes.dropped_by,
        measured=modes.dropped,
        threshold=f"p from {DROPPED:g} on, and more than half of the loss left",
        remedy=f"nn.Dropout({max(0.0, 1 - modes.dropped):.2g}) where the part that is kept was meant; else 0.1 to 0.5.",
        source="p of the model's dropouts",
    )


def warms_up_for_ever(e: "RecordedEvidence") -> Finding | None:
    """A rate that only ever rises, and is still next to nothing at the end."""
    rates = np.abs(np.array([r for r in e.recorded.facts.rates if math.isfinite(r)]))
    aim = e.recorded.facts.first_rate
    if len(rates) < ENOUGH_STEPS or not rates[-1] > rates[0] or not rates.max() < WARM * aim or e.converged or not e.hardly_fell:
        return None
    return Finding(
        "schedule",
        "warning",
        f"the schedule is still warming up: at the last step the rate is {rates[-1]:.2g}, of {aim:.3g} that it is to reach, "
        f"so hardly "
        "anything was learned.",
        step=len(rates),
        measured=float(rates[-1]),
        predicted=aim,
        threshold=f"the rate rises, and stays below {WARM:g} of the optimizer's own",
        remedy=f"A warm-up of about {max(1, len(rates) // WARM_UP):,} steps for a run of {len(rates):,}.",
        source="the optimizer's rate at each step",
    )


SETTINGS: tuple[Callable[["RecordedEvidence"], Finding | None], ...] = (
    eps_lost, betas_swapped, momentum_too_long, dropout_of_all, clipping, warms_up_for_ever, schedule_ends,
    weight_decay, start_of_zeros, start_too_large, unscaled_goals, rate_too_large,
    lost_to_rounding,
)  # fmt: skip
