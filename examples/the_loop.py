"""The loop as it was written, beside `ns.descend`.

Notice: the ten weights and the last one are the same to the last bit.
Notice: after step 317 the loop goes on working, and nothing changes any more.
"""

import nodescope as ns

weight = 0.4
input = 1  # noqa: A001
goal = 0.60
alpha = 0.10
printed = []
for _ in range(325):
    prediction = weight * input
    delta = prediction - goal
    mse = delta**2
    weightedDelta = delta * input  # noqa: N816
    alphaDelta = alpha * weightedDelta  # noqa: N816
    weight = weight - alphaDelta
    printed.append(weight)

run = ns.descend(weight=0.4, input=1, goal=0.60, alpha=0.10, steps=325)

for by_hand, by_nodescope in zip(printed[:10], run.trace[0:10]["new_weight"].tolist(), strict=True):
    print(by_hand, by_nodescope, by_hand == by_nodescope)
print("all 325 the same:", printed == run.trace[:]["new_weight"].tolist())
print(run.sentence)
