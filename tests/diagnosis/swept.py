"""What is swept, and when two sweeps are the same."""

import numpy as np

import nodescope as ns

STICKS = {"input": 1, "goal": 0.6, "steps": 400}


def table(n: int = 60) -> dict[str, list[float]]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 2))
    return {"a": x[:, 0].tolist(), "b": x[:, 1].tolist(), "y": (x @ [1.0, -2.0] + 0.1 * rng.normal(size=n)).tolist()}


def same(a: ns.Sweep, b: ns.Sweep) -> None:
    for name in ("ending", "steps", "settled_after", "mse", "unseen_rmse", "word"):
        assert [repr(value) for value in a[name].tolist()] == [repr(value) for value in b[name].tolist()], name
