"""Sheets printed by plain loops, as people write them, and the nodes they are of. Imports nothing of ours."""

import math
import struct

SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
ORDER = [
    "right", "full derivative", "wrong sign", "slip", "shared", "sum", "mean", "error after", "off by one", "one after another",
    "float32", "rounded on",
]  # fmt: skip


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0] if abs(x) < 3e38 else math.copysign(math.inf, x)


def loop(convention, *, weight, input, goal, alpha, rows, batch=1, bias=None, reduction="mean", digits=None, variant=0):
    """Rows of a trace printed by somebody who works in this way. weight [d], input [n][d], goal [n]."""
    one = f32 if convention == "float32" else float
    w, b, n = [one(v) for v in weight], None if bias is None else one(bias), len(goal)
    x = [[one(v) for v in row] for row in input]
    goal, alpha, table = [one(v) for v in goal], one(alpha), []
    per_epoch = -(-n // batch)

    def predict(row):
        total = one(w[0] * row[0])
        for wi, xi in zip(w[1:], row[1:], strict=True):
            total = one(total + one(wi * xi))
        return total if b is None else one(total + b)

    def over_batch(terms):
        total = terms[0]
        for term in terms[1:]:
            total = one(total + term)
        averaged = (reduction == "mean") != (convention in ("sum", "mean"))
        return one(total / len(terms)) if averaged else total

    for t in range(rows):
        turn = t % per_epoch
        chosen = list(range(turn * batch, min(n, (turn + 1) * batch)))
        if convention == "off by one":
            chosen = [(s + 1) % n for s in chosen]
        before, bias_before = list(w), b
        prediction = [predict(x[s]) for s in chosen]
        delta = [one(p - goal[s]) for p, s in zip(prediction, chosen, strict=True)]
        weighted = [over_batch([one(e * x[s][i]) for e, s in zip(delta, chosen, strict=True)]) for i in range(len(w))]
        pull = over_batch(delta)
        if convention == "full derivative":
            weighted, pull = [2 * v for v in weighted], 2 * pull
        if convention == "shared":
            common = [pull, weighted[0], weighted[-1], sum(weighted)][variant % 4]
            weighted = [common] * len(w)
        moves = [one(alpha * v) for v in weighted]
        if convention == "one after another":
            for i in range(len(w)):
                now = [one(predict(x[s]) - goal[s]) for s in chosen]
                weighted[i] = over_batch([one(e * x[s][i]) for e, s in zip(now, chosen, strict=True)])
                moves[i] = alpha * weighted[i]
                w[i] = w[i] - moves[i]
            pull = over_batch([predict(x[s]) - goal[s] for s in chosen])
        elif convention == "wrong sign":
            w = [wi + m for wi, m in zip(w, moves, strict=True)]
        elif convention == "slip":
            w = [wi - m * v for wi, m, v in zip(w, moves, weighted, strict=True)]
        else:
            w = [one(wi - m) for wi, m in zip(w, moves, strict=True)]
        if b is not None:
            step = one(alpha * pull)
            b = b + step if convention == "wrong sign" else b - step * pull if convention == "slip" else one(b - step)
        if convention == "rounded on":
            w = [round(wi, digits) for wi in w]
            b = None if b is None else round(b, digits)
        if convention == "error after":
            delta = [predict(x[s]) - goal[s] for s in chosen]
        squares = [one(e * e) for e in delta]
        mse = squares[0]
        for square in squares[1:]:
            mse = one(mse + square)
        row = {"mse": one(mse / len(squares))}
        for i in range(len(w)):
            row[f"weight[{i}]"], row[f"alpha_delta[{i}]"], row[f"new_weight[{i}]"] = before[i], moves[i], w[i]
        if b is not None:
            row["bias"], row["new_bias"] = bias_before, b
        for s in range(batch):
            row[f"delta[{s}]"] = delta[s] if s < len(delta) else math.nan
        table.append(row)
    return table


def node(rng, *, d=None, n=None, batch=None, bias=None):
    """A random node that is stable, and moves."""
    d, n = d or rng.choice([1, 1, 2, 3]), n or rng.choice([1, 1, 2, 4])
    x = [[rng.choice([-1, 1]) * rng.uniform(0.3, 1.5) for _ in range(d)] for _ in range(n)]
    largest = max(sum(v * v for v in row) for row in x) + 1
    batch = min(n, batch or rng.choice([1, 1, n]))
    return {
        "weight": [rng.uniform(-1, 1) for _ in range(d)],
        "input": x,
        "goal": [rng.uniform(-2, 2) for _ in range(n)],
        "alpha": rng.uniform(0.1, 0.7) / largest,
        "batch": batch,
        "bias": rng.choice([None, None, 0.25]) if bias is None else bias or None,
    }


def keywords(problem):
    """The same as descend's keywords."""
    return {**problem, "batch": problem["batch"]}


def columns_of(table, problem, names):
    """The table with the trace's column names: delta without a batch has no index."""
    out = {}
    for name in table[0]:
        base, _, index = name.partition("[")
        if base in names and not (base == "delta" and problem["batch"] == 1 and index != "0]"):
            out["delta" if base == "delta" and problem["batch"] == 1 else name] = [row[name] for row in table]
    return out


def text_of(columns, style):
    head = ";".join(columns)
    return "\n".join([head, *(";".join(style(v) for v in row) for row in zip(*columns.values(), strict=True))])


def fixed(digits):
    return lambda v: f"{v:.{digits}f}"


NAMES = ("weight", "alpha_delta", "new_weight", "delta", "mse", "bias", "new_bias")
