"""An ordinary PyTorch training whose loss becomes NaN, unchanged but for one line; and what nodescope says.

Notice: the loss falls, then it is NaN; nothing in the loop says why. The verdict names operation, operand and step.
Notice: the loss that takes logits mends it; observed again, nothing is wrong.
"""

import torch
from torch import nn

import nodescope as ns
from nodescope.torch import observe

torch.manual_seed(0)
x = torch.randn(256, 6)
y = (x[:, :1] * x[:, 1:2] > 0).float()


def train(loss_of):
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    with observe(model, optimizer) as run:  # the one line
        for step in range(400):
            rows = torch.randint(0, 256, (64,))
            optimizer.zero_grad()
            loss = loss_of(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            if step % 100 == 0:
                print(f"  step {step}: loss {loss.item():.4f}")
    return run


def by_hand(out, goal):
    p = torch.sigmoid(out)
    return -(goal * torch.log(p) + (1 - goal) * torch.log(1 - p)).mean()


print("binary cross-entropy by hand")
print(ns.diagnose(train(by_hand)).verdict)
print("the same from the logits")


def from_logits(out, goal):
    return nn.functional.binary_cross_entropy_with_logits(out, goal)


print(ns.diagnose(train(from_logits)).verdict)
