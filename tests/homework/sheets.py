"""Homework as people do it: plain loops with a convention, printed in a layout. Imports nothing of the package.

A node has d inputs, n examples and perhaps a bias; a *record* holds every number of a step; a *layout* prints records.
"""

import math
import random
import struct

DIGITS = (17, 6, 3)


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0] if abs(x) < 3e38 else math.copysign(math.inf, x)


def node(rng, *, d=None, n=None, batch=None, bias=None):
    """A random node that is stable, and moves."""
    d, n = d or rng.choice([1, 1, 2]), n or rng.choice([1, 3, 4])
    x = [[rng.choice([-1, 1]) * rng.uniform(0.3, 1.5) for _ in range(d)] for _ in range(n)]
    largest = max(sum(v * v for v in row) for row in x) + 1
    return {
        "weight": [rng.uniform(-1, 1) for _ in range(d)],
        "input": x,
        "goal": [rng.uniform(-2, 2) for _ in range(n)],
        "alpha": rng.uniform(0.15, 0.7) / largest,
        "batch": min(n, batch or rng.choice([1, n])),
        "bias": rng.uniform(0.1, 0.5) if (rng.random() < 0.5 if bias is None else bias) else None,
    }


# --- conventions: what the loop does otherwise, and what kind of node shows it

PLAIN: dict = {}
CONVENTIONS = {
    "right": (PLAIN, {}),
    "full derivative": ({"factor": 2.0}, {}),
    "wrong sign": ({"factor": -1.0}, {}),
    "slip": ({"slip": True}, {}),
    "shared": ({"shared": True}, {"bias": False}),
    "sum": ({"mean": False}, {"n": 4, "batch": 4}),
    "mean": ({"mean": True}, {"n": 4, "batch": 4, "reduction": "sum"}),
    "error after": ({"after": True}, {}),
    "off by one": ({"late": 1}, {"n": 3, "batch": 1}),
    "one after another": ({"turn": "slopes"}, {"bias": True}),
    "one after another (intercept first)": ({"turn": "intercept"}, {"bias": True}),
    "float32": ({"single": True}, {}),
    "rounded on": ({"rounded": True}, {}),
    "half the step": ({"factor": 0.5}, {}),
    "stale": ({"stale": True}, {}),
    "thresholded": ({"threshold": True}, {"n": 4, "batch": 1, "bias": True, "goals": (-1.0, 1.0)}),
    "weight decay": ({"decay": 0.1}, {}),
    "momentum": (PLAIN, {"rule": {"name": "momentum", "momentum": 0.5}}),
    "sum, full derivative": ({"mean": False, "factor": 2.0}, {"n": 3, "batch": 3}),
    "mean, one after another": ({"mean": True, "turn": "intercept"}, {"n": 4, "batch": 4, "reduction": "sum", "bias": True}),
    "full derivative, one after another": ({"factor": 2.0, "turn": "slopes"}, {"n": 4, "batch": 4, "bias": True}),
    "full derivative, wrong sign": ({"factor": -2.0}, {}),
    "full derivative, stale": ({"factor": 2.0, "stale": True}, {}),
}


def problem_of(rng, convention):
    """A node on which the convention can be seen, and `descend`'s other keywords."""
    needs = dict(CONVENTIONS[convention][1])
    more = {key: needs.pop(key) for key in ("reduction", "rule") if key in needs}
    goals = needs.pop("goals", None)
    made = node(rng, **needs)
    if goals:
        made["goal"] = [rng.choice(goals) for _ in made["goal"]]
    return made, more


def records_of(problem, more, convention, steps, digits=6, order=1):
    """Every number of each step, by somebody who works in this way; `order` −1 adds the other way round, as another library may."""
    how = CONVENTIONS[convention][0]
    one = f32 if how.get("single") else float
    w, b, n, size = [one(v) for v in problem["weight"]], problem["bias"], len(problem["goal"]), problem["batch"]
    b = None if b is None else one(b)
    x, goal, alpha = [[one(v) for v in row] for row in problem["input"]], [one(v) for v in problem["goal"]], one(problem["alpha"])
    start, per_epoch, records = (list(w), b), -(-n // size), []
    averaged = how.get("mean", more.get("reduction", "mean") == "mean")

    def predict(row, w, b):
        terms = [one(wi * xi) for wi, xi in zip(w, row, strict=True)] + ([] if b is None else [b])
        return summed(terms)

    def summed(terms):
        terms = terms[::order]
        total = terms[0]
        for term in terms[1:]:
            total = one(total + term)
        return total

    def gradient(chosen, w, b, i):
        """Of weight i; of the bias where i is None."""
        terms = [one(error(s, w, b) * (x[s][i] if i is not None else 1.0)) for s in chosen]
        return one(summed(terms) / len(terms)) if averaged else summed(terms)

    def output(s, w, b):
        p = predict(x[s], *(start if how.get("stale") else (w, b)))
        return (1.0 if p >= 0 else -1.0) if how.get("threshold") else p

    def error(s, w, b):
        return one(output(s, w, b) - goal[s])

    for t in range(steps):
        first = (t % per_epoch) * size
        chosen = [(s + how.get("late", 0)) % n for s in range(first, min(n, first + size))]
        before = list(w), b
        delta = [error(s, w, b) for s in chosen]
        groups = {"slopes": [*range(len(w)), None], "intercept": [None, *range(len(w))]}.get(how.get("turn"))
        weighted = [gradient(chosen, w, b, None if how.get("shared") else i) for i in range(len(w))]
        pull = gradient(chosen, w, b, None)
        if groups:
            for i in groups:
                step = alpha * how.get("factor", 1.0) * gradient(chosen, w, b, i)
                if i is None:
                    b = b - step
                else:
                    w = [v - step if j == i else v for j, v in enumerate(w)]
        else:
            weighted = [one(g + how.get("decay", 0.0) * v) for g, v in zip(weighted, w, strict=True)]
            pull = pull if b is None else one(pull + how.get("decay", 0.0) * b)
            moves = [one(alpha * one(how.get("factor", 1.0) * g)) for g in weighted]
            shift = one(alpha * one(how.get("factor", 1.0) * pull))
            w = [one(v - (m * g if how.get("slip") else m)) for v, m, g in zip(w, moves, weighted, strict=True)]
            b = None if b is None else one(b - (shift * pull if how.get("slip") else shift))
        if how.get("rounded"):
            w, b = [round(v, digits) for v in w], None if b is None else round(b, digits)
        seen = (w, b) if how.get("after") else before
        shown = [error(s, w, b) for s in chosen] if how.get("after") else delta
        squares = summed([one(e * e) for e in shown])
        records.append(
            {
                "weight": before[0],
                "bias": before[1],
                "new_weight": list(w),
                "new_bias": b,
                "delta": shown,
                "mse": one(squares / len(shown)),
                "prediction": [output(s, *seen) for s in chosen],
                "sum": squares,
            }
        )
    return records


# --- layouts: records → what is printed (text or numbers), or None where the node has not what is shown


def cell(value, digits, comma=False):
    text = repr(value) if digits == 17 else f"{value:.{digits}f}"
    return text.replace(".", ",") if comma else text


def table(head, rows, digits, by=",", comma=False):
    lines = [by.join(cell(v, digits, comma) if isinstance(v, float) else str(v) for v in row) for row in rows]
    return "\n".join([*([by.join(head)] if head else []), *lines])


def states(record, when):
    return [*record[when + "weight"], *([] if record[when + "bias"] is None else [record[when + "bias"]])]


def bare_after(records, digits):
    return table(None, [states(r, "new_") for r in records], digits, " ")


def bare_before(records, digits):
    return table(None, [states(r, "") for r in records], digits, " ")


def intercept_first(records, digits):
    if records[0]["bias"] is None:
        return None
    return table(None, [[r["new_bias"], *r["new_weight"]] for r in records], digits, "\t")


def counted_rows(records, digits):
    return table(None, [[t, *states(r, "new_"), r["mse"]] for t, r in enumerate(records)], digits, "; ")


def thetas(records, digits):
    if records[0]["bias"] is None:
        return None
    head = [f"theta{i}" for i in range(len(records[0]["weight"]) + 1)]
    return table(
        ["iteration", *head, "J"], [[t + 1, r["new_bias"], *r["new_weight"], r["mse"] / 2] for t, r in enumerate(records)], digits
    )


def slope_and_intercept(records, digits):
    if records[0]["bias"] is None or len(records[0]["weight"]) > 1:
        return None
    rows = [[t + 1, r["new_weight"][0], r["new_bias"], r["sum"]] for t, r in enumerate(records)]
    return table(["n", "slope", "intercept", "sse"], rows, digits, ";", comma=True)


def loop_lines(records, digits):
    lines = []
    for t, r in enumerate(records):
        weights = " ".join(f"w{i + 1} = {cell(v, digits)}," for i, v in enumerate(r["new_weight"]))
        bias = "" if r["new_bias"] is None else f" b = {cell(r['new_bias'], digits)},"
        lines.append(f"Epoch {t + 1}/{len(records)}: {weights}{bias} loss: {cell(r['mse'], digits)}")
    return "\n".join(lines)


def prediction_and_delta(records, digits):
    if len(records[0]["delta"]) > 1:
        return None
    return "\n".join(f"Prediction: {cell(r['prediction'][0], digits)} delta: {cell(r['delta'][0], digits)}" for r in records)


def trace_names(records, digits):
    head = [f"weight[{i}]" for i in range(len(records[0]["weight"]))] + [
        f"new_weight[{i}]" for i in range(len(records[0]["weight"]))
    ]
    rows = [[*r["weight"], *r["new_weight"], *([] if r["bias"] is None else [r["bias"], r["new_bias"]])] for r in records]
    return table([*head, *([] if records[0]["bias"] is None else ["bias", "new_bias"])], rows, digits, " | ")


def root_only(records, digits):
    return table(["rmse"], [[math.sqrt(r["mse"])] for r in records], digits)


def every_third_counted(records, digits):
    head = [f"w{i}" for i in range(len(records[0]["weight"]))] + ([] if records[0]["bias"] is None else ["b"])
    return table(["step", *head], [[t, *states(r, "")] for t, r in enumerate(records) if t % 3 == 0], digits, "\t")


def weights_before_and_error(records, digits):
    head = [f"weight[{i}]" for i in range(len(records[0]["weight"]))] + ([] if records[0]["bias"] is None else ["bias"])
    return table([*head, "mse"], [[*states(r, ""), r["mse"]] for r in records], digits)


LAYOUTS = {
    "weights after": bare_after,
    "weights before": bare_before,
    "intercept first": intercept_first,
    "counter, weights, mse, no names": counted_rows,
    "theta0 …, J = half the mean": thetas,
    "n; slope; intercept; sse, decimal commas": slope_and_intercept,
    "lines of a loop, epochs from 1": loop_lines,
    "Prediction: delta:": prediction_and_delta,
    "the trace's names, bars": trace_names,
    "weight, bias, mse": weights_before_and_error,
    "rmse alone": root_only,
    "every third step, counted": every_third_counted,
}
UNSEEN = {("error after", layout) for layout in LAYOUTS if layout != "weight, bias, mse"} | {
    ("rounded on", layout) for layout in ("every third step, counted", "rmse alone", "Prediction: delta:")
}
"""A convention that the layout does not show (beside new weights, errors of new weights are right), or that cannot be followed."""


def generated(convention, layout, digits, seed):
    """A printed sheet, `grade`'s keywords, and its records; None where the layout has nothing to show."""
    rng = random.Random(f"{convention} {layout} {digits} {seed}")
    if (convention, layout) in UNSEEN or (convention == "float32" and digits < 17) or (convention == "rounded on" and digits == 17):
        return None
    for _ in range(50):
        problem, more = problem_of(rng, convention)
        records = records_of(problem, more, convention, rng.randint(8, 13), digits, rng.choice([1, -1]))
        printed = LAYOUTS[layout](records, digits)
        if printed is not None:
            return printed, {**problem, **more}, (problem, more, records)
    return None


def same_as(named, printed, layout, digits, made):
    """Whether another convention's own loop prints the very same sheet: then its name is as good."""
    problem, more, records = made
    names = [name for name in CONVENTIONS if name.partition(" (")[0] == named]
    for name in names:
        for order in (1, -1):
            if LAYOUTS[layout](records_of(problem, more, name, len(records), digits, order), digits) == printed:
                return True
    return False
