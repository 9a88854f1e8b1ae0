"""Rows of tables: sequential descent, full and small batches of one node, triangles."""

import limits
import numpy as np
from rows import Row, peers

import nodescope as ns
from nodescope.arithmetic.core import engine

SGD_TARGETS = {4: 3.0, 10: 4.0, 30: 4.5, 100: 5.0, 300: 5.0, 1000: 4.8}
LEFT_TO_RIGHT = 16
"""Rows of at most so many inputs are added up left to right where nothing else is said."""
SGD_BOUND = {
    4: "the chain, which a call's own time and reading are beside",
    10: "the same: three cycles an input",
    30: "adding up the lanes, once a row",
    100: "the same, and reading",
    300: "registers loaded and stored",
    1000: "registers loaded and stored",
}


def data(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(d)
    x = random.normal(size=(n, d))
    return x, x @ random.normal(size=d) + random.normal(size=n)


def rows(quick: bool) -> list[Row]:
    scale = 2 if quick else 1
    sequential = [_sequential(d, 20_000_000 // scale // max(d, 20)) for d in SGD_TARGETS]
    rows_of = 200_000 // scale
    return [
        *sequential,
        *(_full(rows_of, 100, summation) for summation in ("left-to-right", "lanes")),
        *(_batches(rows_of, 100, summation) for summation in ("left-to-right", "lanes")),
        *(_triangle(n // scale, d) for n, d in ((1_000_000, 10), (100_000, 100))),
    ]


def _sequential(d: int, n: int) -> Row:
    x, goal = data(n, d)
    alpha = 0.1 / d

    def sklearn():
        from sklearn.linear_model import SGDRegressor

        settings = {"shuffle": False, "max_iter": 1, "tol": None, "penalty": None, "learning_rate": "constant", "eta0": alpha}
        return n, lambda: SGDRegressor(**settings, fit_intercept=False).fit(x, goal)

    def river():
        from river import linear_model, optim

        few = [dict(enumerate(row)) for row in x[:200].tolist()]
        model = linear_model.LinearRegression(optim.SGD(alpha), intercept_lr=0.0)
        return 200, lambda: [model.learn_one(row, g) for row, g in zip(few, goal.tolist(), strict=False)]

    added = ("chain of additions", n, limits.chain_of_rows(n, d))
    return Row(
        f"one example a step, d = {d}", "row", n,
        lambda: ns.descend(input=x, goal=goal, alpha=alpha, epochs=1),
        peers(scikit_learn=sklearn, river=river), added if d <= LEFT_TO_RIGHT else ("reading", n, limits.reading(x)),
        {"scikit-learn": SGD_TARGETS[d]}, SGD_BOUND[d],
    )  # fmt: skip


def _full(n: int, d: int, summation: str) -> Row:
    x, goal = data(n, d)
    steps, alpha = 4, 0.01

    def numpy():
        def work():
            w = np.zeros(d)
            for _ in range(steps):
                w -= alpha * ((x @ w - goal) @ x / n)

        return steps, work

    def torch():
        import torch

        a, b = torch.from_numpy(x), torch.from_numpy(goal)

        def work():
            w = torch.zeros(d, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.SGD([w], lr=alpha)
            for _ in range(steps):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(a @ w, b).backward()
                optimizer.step()

        return steps, work

    return Row(
        f"full batch, {n:,} × {d}, {summation}", "step", steps,
        lambda: ns.descend(input=x, goal=goal, alpha=alpha, batch="all", steps=steps, summation=summation),
        peers(NumPy=numpy, PyTorch=torch), ("reading", 1, limits.reading(x)), {"NumPy": 3.5, "PyTorch": 6},
        "turning rows into lanes" if summation == "left-to-right" else "reading, and adding up the lanes",
    )  # fmt: skip


def _batches(n: int, d: int, summation: str) -> Row:
    x, goal = data(n, d)
    alpha = 0.01

    def numpy():
        def work():
            w = np.zeros(d)
            for at in range(0, n, 256):
                a, b = x[at : at + 256], goal[at : at + 256]
                w -= alpha * ((a @ w - b) @ a / len(a))

        return n, work

    return Row(
        f"batches of 256, d = {d}, {summation}", "row", n,
        lambda: ns.descend(input=x, goal=goal, alpha=alpha, batch=256, epochs=1, summation=summation),
        peers(NumPy=numpy), ("reading", n, limits.reading(x)), {"NumPy": 3.0},
        "turning rows into lanes" if summation == "left-to-right" else "adding up the lanes",
    )  # fmt: skip


def _triangle(n: int, d: int) -> Row:
    x, _ = data(n, d)
    operations = 2 * n * d * d  # a multiplication and an addition for each pair of columns of each row, twice
    return Row(
        f"triangle of {n:,} × {d}", "row", n, lambda: engine().triangle(x),
        peers(LAPACK=lambda: (n, lambda: np.linalg.qr(x, mode="r"))),
        ("multiplications and additions", n * limits.PIPES / operations, limits.pipes()), {"LAPACK": 3.5},
        "narrow rows: most of a register is padding" if d < 32 else "the triangle loaded and stored for each block of rows",
    )  # fmt: skip
