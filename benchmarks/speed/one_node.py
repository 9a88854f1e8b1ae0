"""Rows of one node: a step, keeping checkpoints, going back."""

import math

import limits
import numpy as np
from rows import Row, peers

import nodescope as ns
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor

NODE = {"weight": 0.4, "input": 1.0, "goal": 0.6, "alpha": 1e-9}
"""So small an alpha that it does not settle."""
STEPS = 2_000_000


def rows() -> list[Row]:
    return [_step(), _checkpoints()]


def _step() -> Row:
    return Row(
        "one node, every step readable", "step", STEPS,
        lambda: ns.descend(**NODE, steps=STEPS),
        peers(NumPy=_numpy, PyTorch=_torch, JAX=_jax, river=_river),
        ("chain of five operations", limits.CHAIN, limits.chain()),
        {"PyTorch": 30_000, "JAX": 6},
        "the chain, beside which checkpoints and endings are looked after",
    )  # fmt: skip


def _numpy(steps: int = 20_000):
    def work():
        w, x, goal, alpha = (np.float64(v) for v in (0.4, 1.0, 0.6, 1e-9))
        for _ in range(steps):
            w = w - alpha * ((w * x - goal) * x)

    return steps, work


def _torch(steps: int = 200):
    import torch

    model = torch.nn.Linear(1, 1, bias=False).double()
    optimizer, x, goal = torch.optim.SGD(model.parameters(), lr=1e-9), torch.ones(1, 1).double(), torch.full((1, 1), 0.6).double()

    def work():
        for _ in range(steps):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(x), goal).backward()
            optimizer.step()

    return steps, work


def _jax(steps: int = 1_000_000):
    import jax

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def walk(w, x, goal, alpha):
        def step(w, _):
            delta = w * x - goal
            new = w - alpha * (delta * x)
            return new, (w, delta, delta * delta, new)

        return jax.lax.scan(step, w, None, length=steps)

    return steps, lambda: walk(0.4, 1.0, 0.6, 1e-9)[0].block_until_ready()


def _river(steps: int = 2000):
    from river import linear_model, optim

    def work():
        model = linear_model.LinearRegression(optim.SGD(1e-9), intercept_lr=0.0)
        for _ in range(steps):
            model.learn_one({"x": 1.0}, 0.6)

    return steps, work


def _checkpoints() -> Row:
    problem = ns.descend(**NODE, steps=1).recipe.problem

    def bare():
        cursor = Cursor.at(0)
        cursor.stopping = cursor.watching = 1
        state = problem.first_state(np.array([0.4]))
        engine().walk(problem, cursor, state, STEPS, saved=state.copy())

    return Row(
        "the same beside its kernel that keeps nothing", "step", STEPS, lambda: ns.descend(**NODE, steps=STEPS),
        limit=("kernel without checkpoints", STEPS, bare), bound="1 / 1.10 is aimed at",
    )  # fmt: skip


def facts() -> list[tuple[str, str, str]]:
    """Not ratios: what is kept of 10⁹ steps, and how long the way back takes."""
    import time

    def least(work, times=7):
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
        return sorted(taken)[times // 2]

    settled = least(lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10**9))
    run = ns.descend(**NODE | {"alpha": 1e-10, "goal": math.pi}, steps=10**9)
    places = iter(np.random.default_rng(0).integers(0, 10**9 - 1000, 101).tolist())

    def read():
        at = next(places)
        return run.trace[at : at + 1000]["new_weight"]

    return [
        ("10⁹ steps of the seed's node, exact", f"{settled * 1000:.2f} ms", "< 1 ms"),
        ("kept of 10⁹ steps that never repeat", f"{run.replay.checkpoints.nbytes / 1e6:.2f} MB", "< 1 MB"),
        ("going back anywhere in them and reading 1000", f"{least(read, 101) * 1000:.2f} ms (median of 101)", "< 1 ms"),
    ]
