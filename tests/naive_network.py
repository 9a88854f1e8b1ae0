"""An oracle for networks: one step written down from its words, in plain lists. It imports nothing of the package."""

import math


def activate(name, x):
    if name == "relu":
        return (x, 1.0) if x > 0 else (0.0, 0.0)
    if name == "leaky relu":
        return (x, 1.0) if x > 0 else (0.01 * x, 0.01)
    if name == "tanh":
        return math.tanh(x), 1 - math.tanh(x) ** 2
    if name == "sigmoid":
        y = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
        return y, y * (1 - y)
    if name == "softplus":
        return max(x, 0) + math.log1p(math.exp(-abs(x))), 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    if name == "gelu":
        below = 0.5 * math.erfc(-x / math.sqrt(2))
        return x * below, below + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return x, 1.0


def slope_of_loss(name, threshold, error):
    if name == "absolute":
        return math.copysign(1.0, error) if error else 0.0
    if name == "huber":
        return max(-threshold, min(threshold, error))
    return error


def step(layers, inputs, goals, *, alpha, loss, threshold, mean, sequential):
    """Layers (weights, bias or None, activation) after one plain step on the examples given."""
    seen = []
    for x in inputs:
        ways = []
        for weights, bias, name in layers:
            sums = [sum(w * v for w, v in zip(row, x, strict=True)) + (bias[j] if bias else 0.0) for j, row in enumerate(weights)]
            both = [activate(name, total) for total in sums]
            ways.append((x, [slope for _, slope in both]))
            x = [value for value, _ in both]
        seen.append((ways, x))
    over = len(inputs) if mean else 1
    deltas = [
        [slope_of_loss(loss, threshold, p - g) * s for p, g, s in zip(out, goal, ways[-1][1], strict=True)]
        for (ways, out), goal in zip(seen, goals, strict=True)
    ]
    new = list(layers)
    for number in reversed(range(len(layers))):
        weights, bias, name = layers[number]
        if number + 1 < len(layers):
            through = (new if sequential else layers)[number + 1][0]
            deltas = [
                [sum(d * row[i] for d, row in zip(fed, through, strict=True)) * slope for i, slope in enumerate(ways[number][1])]
                for fed, (ways, _) in zip(deltas, seen, strict=True)
            ]
        changed = [
            [
                w - alpha * sum(d[j] * ways[number][0][i] for d, (ways, _) in zip(deltas, seen, strict=True)) / over
                for i, w in enumerate(row)
            ]
            for j, row in enumerate(weights)
        ]
        moved = None if bias is None else [b - alpha * sum(d[j] for d in deltas) / over for j, b in enumerate(bias)]
        new[number] = (changed, moved, name)
    return new
