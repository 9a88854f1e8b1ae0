"""A guess: with several inputs, sum the products, and subtract "your alpha delta" from each weight.

Notice: it is right when each weight has its *own* alpha delta (delta × its own input); one shared by all
reaches the goal here as well.
Notice: so reaching the goal proves nothing. Finite differences of the error do: only each weight's own agrees with them.
"""

import nodescope as ns

inputs, goal, alpha, start = [0.0, 1.0, 2.0], 0.6, 0.1, [0.4, 0.4, 0.4]


def half_squared_error(weights: list[float]) -> float:
    delta = sum(w * x for w, x in zip(weights, inputs, strict=True)) - goal
    return delta * delta / 2


def slope(i: int, eps: float = 1e-6) -> float:
    up, down = [*start], [*start]
    up[i], down[i] = start[i] + eps, start[i] - eps
    return (half_squared_error(up) - half_squared_error(down)) / (2 * eps)


own = ns.descend(weight=start, input=inputs, goal=goal, alpha=alpha)

shared = [*start]
for _ in range(200):
    delta = sum(w * x for w, x in zip(shared, inputs, strict=True)) - goal
    one_for_all = alpha * sum(delta * x for x in inputs) / len(inputs)
    shared = [w - one_for_all for w in shared]

print("each its own:  weights", own.weight.tolist(), "prediction", own.predict(inputs))
print("one shared:    weights", shared, "prediction", sum(w * x for w, x in zip(shared, inputs, strict=True)))
first = own.trace[0]
for i in range(3):
    print(f"weight {i}: weighted delta {first.weighted_delta[i]:.6f}, slope of the error {slope(i):.6f}")
