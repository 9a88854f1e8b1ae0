"""Findings about how a training hangs together: what gets no gradient, what is never cleared, what belongs to nobody."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nodescope.diagnosis.after.finding import Finding
from nodescope.run.facts import ParameterSeen

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

OFTEN = 0.25
"""Part of the updates from which on something is no accident."""
FEW = 3
"""Updates below which nothing is said of habits."""
SHOWN = 5
HARDLY = 0.9
"""Of the loss at the start: with more of it left nothing was learned."""


def named(names: Iterable[str]) -> str:
    """Some of them, and how many more."""
    each = list(dict.fromkeys(names))
    return ", ".join(each[:SHOWN]) + (f" and {len(each) - SHOWN:,} more" if len(each) > SHOWN else "")


def layers_of(e: "RecordedEvidence", parameters: Iterable[ParameterSeen]) -> str:
    """Layers by number and name where they are told, else by name."""
    numbers = {layer.name: number for number, layer in enumerate(e.recorded.layers)}
    names = [
        f"layer {numbers[p.layer]} ({p.layer})" if p.layer in numbers else f"{p.layer} ({p.kind})" if p.kind else p.name
        for p in parameters
    ]
    return named(names)


def no_update(e: "RecordedEvidence") -> Finding | None:
    """Backward passes, and not one step."""
    facts = e.recorded.facts
    if e.recorded.steps or not facts.backwards:
        return None
    return Finding(
        "no update",
        "fault",
        f"the optimizer never stepped: backward was called {facts.backwards:,} times, no weight was updated.",
        step=0,
        measured=0.0,
        threshold="backward passes and no step",
        remedy="Call optimizer.step() after loss.backward().",
        source="the optimizer's own hooks",
    )


def apart_from_the_loss(e: "RecordedEvidence") -> Finding | None:
    """Backward passes that reach no weight of the optimizer's."""
    facts = e.recorded.facts
    if not facts.backwards or facts.reached or not e.recorded.steps:
        return None
    anew = facts.rootless == facts.backwards
    how = (
        "it was made anew from a number (item(), float(), torch.tensor(…), numpy), or cut off by detach()"
        if anew
        else "it is another model's, or the way back to the weights is cut (detach, no_grad, .data)"
    )
    return Finding(
        "no gradient",
        "fault",
        f"the loss does not depend on the weights: in {facts.backwards:,} backward passes none of the optimizer's parameters "
        f"got a "
        f"gradient; {how}.",
        step=0,
        where="the loss",
        measured=0.0,
        threshold="no parameter of the optimizer got a gradient in any backward pass",
        remedy="loss = criterion(model(x), y); loss.backward(): call backward on what the loss function gave, of the model "
        "that the "
        "optimizer was made for.",
        source="gradients before and after each backward pass",
    )


def _without(e: "RecordedEvidence") -> list[ParameterSeen]:
    """Parameters that the optimizer has, that ask for gradients and never got one."""
    mine = [p for p in e.recorded.facts.parameters if p.stepped and p.asks and p.of_model]
    return [p for p in mine if not p.gradients and not p.moved]


def layers_under_no_grad(e: "RecordedEvidence") -> Finding | None:
    """Layers that only ever go forward without gradients, though they are to learn."""
    apart = [p for p in _without(e) if p.uses_apart and not p.uses]
    if not apart or not e.recorded.facts.reached:
        return None
    layers = layers_of(e, apart)
    return Finding(
        "no gradient",
        "warning",
        f"{layers} never learned: it goes forward under no_grad (or inference_mode), so no gradient comes back to it, though the "
        "optimizer has its weights.",
        step=0,
        where=layers,
        measured=0.0,
        threshold="at work under no_grad in every step looked at, and without a gradient in all",
        remedy="Take its forward out of `with torch.no_grad():`; where it is to stay as it is, requires_grad_(False) says so.",
        source="operations of the forward pass; gradients after each backward pass",
    )


def layers_cut_off(e: "RecordedEvidence") -> Finding | None:
    """Layers at work whose gradient never comes back."""
    cut = [p for p in _without(e) if p.uses]
    if not cut or not e.recorded.facts.reached:
        return None
    layers, by = layers_of(e, cut), named(p.cut_by for p in cut if p.cut_by)
    how = f"its output enters the loss through {by}, which lets no gradient pass" if by else "its output does not enter the loss"
    remedy = (
        f"Leave {by} out on the way from there to the loss." if by else "Add what it gives to the loss, or leave the layer out."
    )
    return Finding(
        "no gradient",
        "warning",
        f"{layers} never learned: it is at work in each step, but {how}.",
        step=0,
        where=layers,
        measured=0.0,
        threshold="at work with gradients on, and without a gradient after every backward pass",
        remedy=remedy,
        source="operations of the forward pass; gradients after each backward pass",
    )


def zero_gradients(e: "RecordedEvidence") -> Finding | None:
    """Layers whose gradient is exactly 0 in every step."""
    facts = e.recorded.facts
    seen = [p for p in facts.parameters if p.stepped and p.asks and p.gradients >= FEW]
    dead = [p for p in seen if p.largest == 0.0 and (p.cut_by or not p.moved)]
    if not dead or len(dead) == len(seen):
        return None
    layers = layers_of(e, dead)
    flat = named(p.cut_by for p in dead if p.cut_by)
    if flat:
        return Finding(
            "no gradient",
            "warning",
            f"{layers} never learned: its output enters the loss through {flat}, whose slope is 0 everywhere, so every "
            f"gradient is 0.",
            step=0,
            where=layers,
            measured=0.0,
            threshold="every gradient that the optimizer was given is 0, behind an operation in steps",
            remedy=f"h + (torch.{flat.split(',')[0]}(h) - h).detach(): the value of {flat}, the slope of h; or leave it out.",
            source="operations of the forward pass; gradients at each update",
        )
    if e.converged:
        return None
    return Finding(
        "no gradient",
        "note",
        f"gradients of {layers} were exactly 0 in every step.",
        step=0,
        where=layers,
        measured=0.0,
        threshold="every gradient that the optimizer was given is 0",
        source="gradients at each update",
    )


def not_cleared(e: "RecordedEvidence") -> Finding | None:
    """Gradients of earlier updates that are still in those of later ones."""
    held = [p for p in e.recorded.facts.parameters if p.uncleared >= FEW and p.uncleared > OFTEN * p.gradients]
    if not held:
        return None
    times, all_of = max(p.uncleared for p in held), [p for p in e.recorded.facts.parameters if p.stepped and p.gradients]
    which = "" if len(held) >= len(all_of) else f" of {layers_of(e, held)}"
    return Finding(
        "gradients not cleared",
        "warning",
        f"gradients{which} are not set back between updates: in {times:,} of {e.recorded.steps:,} updates they still held "
        "those of the "
        "update before, so steps go along the sum of all batches so far.",
        step=1,
        where=which.removeprefix(" of "),
        measured=times / max(1, e.recorded.steps),
        threshold=f"a backward pass adds to a gradient that an update has used, in more than {OFTEN:.0%} of the updates",
        remedy="optimizer.zero_grad() before each loss.backward().",
        source="gradients before each backward pass beside those of the last update",
    )


def cleared_too_early(e: "RecordedEvidence") -> Finding | None:
    """Gradients that are set back to nothing between the backward pass and the update."""
    facts = e.recorded.facts
    if facts.wiped < FEW or facts.wiped <= OFTEN * e.recorded.steps:
        return None
    return Finding(
        "gradients cleared too early",
        "fault" if facts.wiped >= HARDLY * e.recorded.steps else "warning",
        f"in {facts.wiped:,} of {e.recorded.steps:,} updates the gradients were set back to nothing between backward and the "
        "update: "
        "nothing is learned from them.",
        step=0,
        measured=facts.wiped / e.recorded.steps,
        threshold=f"gradients given by a backward pass are 0 or gone at the update, in more than {OFTEN:.0%} of the updates",
        remedy="optimizer.zero_grad(); loss.backward(); optimizer.step(): in this order.",
        source="gradients after the backward pass and at the update",
    )


def not_in_the_model(e: "RecordedEvidence") -> Finding | None:
    """Layers at work that PyTorch does not know of: kept in a list, or made anew in each forward pass."""
    strays = [s for s in e.recorded.facts.strays if not s.moved]
    kept = [s for s in strays if s.name]
    anew = [s for s in strays if not s.name and s.uses == 1]
    if kept:
        bare = [s.name for s in kept if s.kind == "Tensor"]
        if bare:
            return _plain_tensors(named(bare))
        layers = named(dict.fromkeys(s.name.rpartition(".")[0] or s.name for s in kept))
        return Finding(
            "not in the model", "warning",
            f"layers at work lie in a Python list or dictionary, where PyTorch does not look ({layers}): no optimizer has their "
            "weights, which stay as they were drawn.",
            step=0, where=layers, measured=0.0,
            threshold="a parameter at work that is neither the model's nor an optimizer's, and never moved",
            remedy="self.layers = nn.ModuleList([…]) (nn.ModuleDict for a dictionary) in place of the list, before the "
            "optimizer is made.",
            source="parameters in the operations of the forward pass",
        )  # fmt: skip
    if len(anew) < 2 * FEW or e.recorded.steps < FEW:
        return None
    return Finding(
        "not in the model",
        "warning",
        f"{len(anew):,} parameters were at work in one step alone: a layer is made anew in each forward pass, with weights drawn "
        "anew, and never learns.",
        step=0,
        measured=float(len(anew)),
        threshold="parameters that no optimizer has, each at work in one step",
        remedy="Make the layer in __init__ (self.layer = nn.Linear(…)) and call it in forward.",
        source="parameters in the operations of the forward pass",
    )


def _plain_tensors(names: str) -> Finding:
    return Finding(
        "not in the model", "warning",
        f"{names}: at work and asks for gradients, but it is a plain tensor, not an nn.Parameter, so model.parameters() "
        f"leaves it out "
        "and it stays as it was.",
        step=0, where=names, measured=0.0,
        threshold="a tensor of the model's that asks for gradients, is no parameter, and never moved",
        remedy=f"self.{names.rpartition('.')[2].split(',')[0]} = nn.Parameter(…) before the optimizer is made; a buffer where "
        f"it is to stay.",
        source="tensors in the operations of the forward pass",
    )  # fmt: skip


def not_in_the_optimizer(e: "RecordedEvidence") -> Finding | None:
    """Layers that get gradients, and that no optimizer moves."""
    facts = e.recorded.facts
    left = [p for p in facts.parameters if p.of_model and p.asks and not p.stepped and not p.moved and (p.gradients or p.uses)]
    if not left or not e.recorded.steps:
        return None
    layers = layers_of(e, left)
    old = [p for p in facts.parameters if not p.of_model and p.stepped and not p.gradients]
    since = " It has parameters that are not the model's instead: the layer was put in after the optimizer was made." if old else ""
    return Finding(
        "frozen weight",
        "warning",
        f"{layers} cannot move: the optimizer was not given its weights, though it gets gradients.{since}",
        step=0,
        where=layers,
        measured=0.0,
        threshold="parameters of the model that ask for gradients, are in no group of the optimizer, and never moved",
        remedy="optimizer = …(model.parameters()) after the model is complete; requires_grad_(False) where it is to stay as it is.",
        source="the optimizer's parameter groups",
    )


def frozen(e: "RecordedEvidence") -> Finding | None:
    """Layers that were told to stay as they are: meant, unless nothing was learned."""
    kept = [p for p in e.recorded.facts.parameters if p.of_model and not p.asks and not p.moved]
    still = [n for n in range(e.depth if e.snapshots else 0) if e.kept_from(n) == "its rate is 0" and not e.moved_by_others(n)]
    if not (kept or still) or not e.recorded.steps:
        return None
    numbered = [f"{e.layer_name(n)} cannot move: its rate is 0" for n in still]
    held = [f"{layers_of(e, kept)} cannot move: requires_grad is off"] if kept else []
    total = sum(p.size for p in e.recorded.facts.parameters if p.of_model)
    part = sum(p.size for p in kept) / total if kept else 0.0
    learned_nothing = bool(len(e.losses_seen)) and e.start > 0 and e.share_left > HARDLY and e.nothing_learned
    return Finding(
        "frozen weight",
        "warning" if still or learned_nothing else "note",
        "; ".join([*numbered, *held]) + (f" ({part:.0%} of all weights)." if kept else "."),
        step=0,
        where=layers_of(e, kept) if kept else numbered[0],
        measured=part,
        threshold="weights that ask for no gradient; a warning where nothing was learned, or a rate of 0 holds them",
        remedy="If that is not meant: requires_grad_(True), and a rate above 0." if still or learned_nothing else "",
        source="requires_grad and the optimizer's groups, at the end",
    )


def wrong_mode(e: "RecordedEvidence") -> Finding | None:
    """Dropout or batch norm as in evaluation while it trains, or the other way round."""
    modes, steps = e.recorded.facts.modes, e.recorded.steps
    if steps < FEW:
        return None
    which = named(modes.layers)
    if modes.layers and modes.evaluating >= HARDLY * steps:
        text = f"the model is in evaluation mode while it trains: {which} do nothing, or go by statistics that never change."
        remedy, step = "model.train() before the loop.", 0
    elif modes.since is not None and steps - modes.since >= max(FEW, 0.1 * steps):
        text = f"from step {modes.since:,} on the model trains in evaluation mode: {which}: no longer at work as in training."
        remedy, step = "model.train() again after each evaluation.", modes.since
    elif 0 < modes.apart <= steps / FEW:
        text = (
            f"{which} work as in training also where no gradients are asked for, {modes.apart:,} times: what is evaluated "
            f"there is "
            "another model at every pass, and batch norm's statistics take in those examples."
        )
        remedy, step = "model.eval() before an evaluation, model.train() after it.", 0
    elif modes.always_on:
        text = "a dropout stays on in evaluation mode: F.dropout is on unless it is told otherwise."
        remedy, step = "F.dropout(x, p, training=self.training), or nn.Dropout.", 0
    else:
        return None
    return Finding(
        "wrong mode", "warning", text, step=step, where=which, measured=float(modes.evaluating or modes.apart),
        threshold="modes of dropout and batch norm at each update, and under no_grad", remedy=remedy, source="module.training",
    )  # fmt: skip


WIRING: tuple[Callable[["RecordedEvidence"], Finding | None], ...] = (
    no_update, apart_from_the_loss, not_cleared, cleared_too_early, not_in_the_model, layers_under_no_grad, layers_cut_off,
    not_in_the_optimizer, wrong_mode, frozen, zero_gradients,
)  # fmt: skip
