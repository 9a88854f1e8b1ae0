"""A slip of the pen: "subtracting out the product of alpha delta and weighted delta".

Notice: alpha delta × weighted delta is never negative, so the weight can only fall: 0.396, 0.39184, … to −infinity.
Notice: the first step already goes the wrong way: the prediction is too low, and the weight falls.
"""

import nodescope as ns

weight, input, goal, alpha = 0.4, 1, 0.6, 0.1  # noqa: A001
slipped = []
while weight > float("-inf"):
    delta = weight * input - goal
    weighted_delta = delta * input
    alpha_delta = alpha * weighted_delta
    weight -= alpha_delta * weighted_delta
    slipped.append(weight)

print("as the prose has it:", slipped[:3], "… after", len(slipped), "steps", slipped[-1])
right = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=3)
print("as the code has it: ", right.trace[:]["new_weight"].tolist())
