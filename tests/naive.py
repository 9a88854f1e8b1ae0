"""An oracle: runs written down from the rules in words, in plain lists. It imports nothing of the package."""

import math
import struct


def bits(x):
    return struct.pack("<d", math.nan if x != x else x)


def add_up(terms):
    it = iter(terms)
    total = next(it)
    for term in it:
        total = total + term
    return total


def add_in_parts(terms, part):
    """Heaps of `part` terms each, then neighbouring heaps thrown together until there is one."""
    heaps = []
    for place, term in enumerate(terms):
        if place % part == 0:
            heaps.append(term)
        else:
            heaps[-1] = heaps[-1] + term
    while len(heaps) > 1:
        thrown = []
        while len(heaps) > 1:
            first, second = heaps.pop(0), heaps.pop(0)
            thrown.append(first + second)
        heaps = thrown + heaps
    return heaps[0]


def node(weights, inputs, bias, lanes):
    products = [w * x for w, x in zip(weights, inputs, strict=True)]
    if lanes:
        while len(products) % 8:
            products.append(0.0)
        lane = products[:8]
        for base in range(8, len(products), 8):
            for j in range(8):
                lane[j] = lane[j] + products[base + j]
        a = [lane[0] + lane[4], lane[1] + lane[5], lane[2] + lane[6], lane[3] + lane[7]]
        b = [a[0] + a[2], a[1] + a[3]]
        total = b[0] + b[1]
    else:
        total = add_up(products)
    return total if bias is None else total + bias


def divide(a, b):
    if b == 0.0:
        return math.nan if a == 0.0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def root(x):
    return math.sqrt(x) if x >= 0 else math.nan


def pull(rule, g, alpha, m, clock):
    """(what is subtracted, new memory) of one weight; m is a list of two."""
    if rule == "plain":
        return alpha * g, m
    if rule == "momentum":
        v = 0.9 * m[0] + g
        return alpha * v, [v, 0.0]
    if rule == "nesterov":
        v = 0.9 * m[0] + g
        return alpha * (g + 0.9 * v), [v, 0.0]
    if rule == "adagrad":
        s = m[0] + g * g
        return divide(alpha * g, root(s) + 1e-10), [s, 0.0]
    if rule == "rmsprop":
        s = 0.99 * m[0] + (1.0 - 0.99) * (g * g)
        return divide(alpha * g, root(s) + 1e-8), [s, 0.0]
    mean = 0.9 * m[0] + (1.0 - 0.9) * g
    square = 0.999 * m[1] + (1.0 - 0.999) * (g * g)
    bottom = root(divide(square, 1.0 - clock[1])) + 1e-8
    return divide(alpha * divide(mean, 1.0 - clock[0]), bottom), [mean, square]


def mse_of(weight, bias, inputs, goals, lanes, parts):
    squares = []
    for x, g in zip(inputs, goals, strict=True):
        for j, w in enumerate(weight):
            delta = node(w, x, None if bias is None else bias[j], lanes) - g[j]
            squares.append(delta * delta)
    return add_in_parts(squares, (parts or len(inputs)) * len(weight)) / (len(inputs) * len(weight))


def run(
    weight, input, goal, alpha, steps, *, bias=None, freeze_bias=False, frozen=None, batch=1, order=None, rule="plain",
    reduction="mean", lanes=False, until_mse=None, parts=None,
):  # fmt: skip
    """weight (k, d), input (n, d), goal (n, k) as nested lists. `order(epoch)` gives the drawn order, None the given one."""
    weight = [list(row) for row in weight]
    bias = None if bias is None else list(bias)
    k, d, n = len(weight), len(weight[0]), len(input)
    size = n if batch == "all" else min(batch, n)
    per_epoch = -(-n // size)
    memory = [[[0.0, 0.0] for _ in range(d + 1)] for _ in range(k)]
    clock = [1.0, 1.0]
    rows, last_moved, last_changed = [], -1, -1
    seen, ending, t = {}, None, 0

    def state():
        flat = [*(w for row in weight for w in row), *(bias or []), *(v for r in memory for m in r for v in m)]
        return b"".join(map(bits, flat + (clock if rule == "adam" else [])))

    def reached():
        return until_mse is not None and mse_of(weight, bias, input, goal, lanes, parts) <= until_mse

    seen[state()] = 0
    while True:
        if per_epoch == 1 and reached():
            ending = "MSE_REACHED"
            break
        if t >= steps:
            ending = "STEPS_USED"
            break
        epoch, turn = divmod(t, per_epoch)
        everyone = list(range(n)) if order is None else order(epoch)
        chosen = sorted(everyone[turn * size : (turn + 1) * size])
        before, before_bias, before_state = [list(row) for row in weight], None if bias is None else list(bias), state()
        prediction = [[node(weight[j], input[s], bias and bias[j], lanes) for j in range(k)] for s in chosen]
        delta = [[p - g for p, g in zip(ps, goal[s], strict=True)] for ps, s in zip(prediction, chosen, strict=True)]
        clock = [clock[0] * 0.9, clock[1] * 0.999]
        weighted = [[0.0] * (d + 1) for _ in range(k)]
        subtracted = [[0.0] * (d + 1) for _ in range(k)]
        finite = all(map(math.isfinite, [v for row in (*prediction, *delta) for v in row]))
        for j in range(k):
            for i in range(d + 1 if bias is not None else d):
                terms = [delta[b][j] * input[s][i] if i < d else delta[b][j] for b, s in enumerate(chosen)]
                g = add_in_parts(terms, parts or len(terms))
                if reduction == "mean":
                    g = g / len(chosen)
                weighted[j][i] = g
                still = freeze_bias if i == d else bool(frozen and frozen[j][i])
                if still:
                    continue
                step, memory[j][i] = pull(rule, g, alpha, memory[j][i], clock)
                subtracted[j][i] = step
                new = (weight[j][i] if i < d else bias[j]) - step
                finite = finite and all(map(math.isfinite, [g, step, new, *memory[j][i]]))
                if i < d:
                    weight[j][i] = new
                else:
                    bias[j] = new
        rows.append(
            {
                "weight": before, "bias": before_bias, "prediction": prediction, "delta": delta, "example": chosen,
                "mse": add_in_parts([e * e for es in delta for e in es], (parts or len(chosen)) * k) / (len(chosen) * k),
                "weighted_delta": [w[:d] for w in weighted], "bias_weighted_delta": [w[d] for w in weighted],
                "alpha_delta": [w[:d] for w in subtracted], "bias_delta": [w[d] for w in subtracted],
                "new_weight": [list(row) for row in weight], "new_bias": None if bias is None else list(bias),
            }
        )  # fmt: skip
        if [list(map(bits, row)) for row in before] != [list(map(bits, row)) for row in weight] or (
            bias is not None and list(map(bits, before_bias)) != list(map(bits, bias))
        ):
            last_moved = t
        if state() != before_state:
            last_changed = t
        t += 1
        if not finite:
            ending = "DIVERGED"
            break
        if t % per_epoch:
            continue
        if per_epoch > 1 and reached():
            ending = "MSE_REACHED"
            break
        if last_changed < t - per_epoch:
            ending = "SETTLED"
            break
        if order is None or per_epoch == 1:
            if state() in seen:
                ending = "REPEATS"
                break
            seen[state()] = t
    return {
        "ending": ending, "steps": t, "rows": rows, "weight": weight, "bias": bias,
        "settled_after": last_moved + 1 if ending == "SETTLED" else None,
        "period": t - seen[state()] if ending == "REPEATS" else None,
    }  # fmt: skip


def mix64(z):
    mask = 2**64 - 1
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def drawn(n, seed, epoch):
    """Examples of an epoch in the order drawn: a rotation, twelve Feistel rounds walked within 0 … n − 1, a rotation."""
    mask, gamma = 2**64 - 1, 0x9E3779B97F4A7C15
    start = mix64((mix64(seed) + epoch) & mask)
    keys = [mix64((start + i * gamma) & mask) for i in range(1, 15)]
    bits = max(2, (n - 1).bit_length())
    left_bits, right_bits = bits // 2, bits - bits // 2
    order = []
    for position in range(n):
        x = (position + keys[0]) % n
        while True:
            left, right = divmod(x, 2**right_bits)
            for r in range(0, 12, 2):
                left ^= mix64((right + keys[2 + r]) & mask) >> (64 - left_bits)
                right ^= mix64((left + keys[3 + r]) & mask) >> (64 - right_bits)
            x = left * 2**right_bits + right
            if x < n:
                break
        order.append((x + keys[1]) % n)
    return order
