"""The optimizer that really steps: some wrap another, some make their step of their parent's."""

import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType, MethodType
from typing import Any

import torch
from torch.optim import Optimizer

MOST = 4
"""Optimizers around one another that are looked through."""


def unwrapped(optimizer: Any) -> list[Optimizer]:
    """Those of an optimizer and the ones that it wraps whose steps can be seen, the outermost first; none where it is none."""
    found: list[Optimizer] = []
    for _ in range(MOST):
        if isinstance(optimizer, Optimizer) and hasattr(optimizer, "_optimizer_step_pre_hooks"):
            found.append(optimizer)
        inner = _inside(optimizer)
        if inner is None:
            break
        optimizer = inner
    return found


def _inside(optimizer: Any) -> Any:
    """An optimizer among what an object keeps, that steps the same parameters."""
    mine = _parameters(optimizer)
    kept = getattr(optimizer, "__dict__", {})
    inner = (each for each in kept.values() if each is not optimizer and isinstance(each, Optimizer))
    return next((each for each in inner if not mine or mine & _parameters(each)), None)


def _parameters(optimizer: Any) -> set[int]:
    try:
        return {id(p) for group in optimizer.param_groups for p in group["params"]}
    except (AttributeError, KeyError, TypeError):
        return set()


def clears_aside(optimizer: Optimizer, watching: Callable[[bool], bool]) -> Callable[[], None]:
    """Have nobody watch `zero_grad`, which reads and sets each gradient: that would take a watch as long as many operations.

    Gives what takes that off again. The optimizer's state, copies and pickles know nothing of it. Where somebody has put a
    `zero_grad` of their own there, it stays as it is.
    """
    if "zero_grad" in vars(optimizer):
        return lambda: None
    return _aside(optimizer, "zero_grad", lambda _: True, watching)


def steps_aside(optimizer: Optimizer, watching: Callable[[bool], bool]) -> Callable[[], None]:
    """The same of `step`, around which PyTorch tells its profiler of it; but where it is given a closure, which is to be watched.

    What a schedule has put in the place of `step`, to see whether it was called, goes on working.
    """

    def alone(given: tuple[Any, ...]) -> bool:
        return not any(map(callable, given))

    return _aside(optimizer, "step", alone, watching)


def _aside(
    optimizer: Optimizer, name: str, unseen: Callable[[tuple[Any, ...]], bool], watching: Callable[[bool], bool]
) -> Callable[[], None]:
    before, there = getattr(optimizer, name), name in vars(optimizer)

    @wraps(getattr(before, "__func__", before))
    def instead(*given: Any, **keywords: Any) -> Any:
        given = given[1:] if bound else given
        if torch.compiler.is_compiling() or not unseen((*given, *keywords.values())):
            return before(*given, **keywords)
        watched = watching(False)
        try:
            return before(*given, **keywords)
        finally:
            if watched:
                watching(True)

    bound = hasattr(before, "__func__")  # as a schedule expects it, which asks for that
    put = MethodType(instead, optimizer) if bound else instead
    setattr(optimizer, name, put)

    def off() -> None:
        if vars(optimizer).get(name) is put:
            if there:
                setattr(optimizer, name, before)
            else:
                delattr(optimizer, name)

    return off


def steps_under_way(optimizers: list[Optimizer]) -> int:
    """Calls of `step` that have not come back: of one made of another's there are two.

    PyTorch's own do not call each other's: of one alone no frames are gone through.
    """
    if len(optimizers) == 1 and type(optimizers[0]).__module__.startswith("torch.optim."):
        return 1
    count = 0
    frame: FrameType | None = sys._getframe(1)  # not inspect.stack, which reads source files
    while frame is not None:
        count += _calls_step(frame, optimizers)
        frame = frame.f_back
    return count


def _calls_step(frame: FrameType, optimizers: list[Optimizer]) -> bool:
    """Whether a frame is that of the function in which PyTorch wraps each optimizer's step, called for one of these."""
    return (
        frame.f_code.co_name == "wrapper"
        and frame.f_globals.get("__name__") == "torch.optim.optimizer"
        and any(frame.f_locals.get("self") is optimizer for optimizer in optimizers)
    )
