"""From which step on a loss that ended in NaN never came back: losses chosen so that the answer is known."""

import math

import pytest

torch = pytest.importorskip("torch")

import nodescope as ns  # noqa: E402
import nodescope.torch as nst  # noqa: E402


def irreversible_from(losses: list[float]) -> int:
    """A training whose losses are these, and then not a number."""
    weight = torch.nn.Linear(1, 1, bias=False)
    optimizer = torch.optim.SGD(weight.parameters(), 0.0)
    with nst.observe(weight, optimizer) as run:
        for value in [*losses, math.nan]:
            optimizer.zero_grad()
            (weight(torch.ones(1, 1)).sum() * 0.0 + value).backward()
            optimizer.step()
    return ns.diagnose(run).cause.irreversible_from


@pytest.mark.parametrize(
    ("losses", "step"),
    [
        ([1, 1, 1, 1, 1, 1, 1, 100], 7),  # the quartile is 1: as low as 2 for the last time at step 6
        ([4, 3, 1, 1, 1, 5, 3, 100], 5),  # quartile 1, lower than the median 3, whose double was met at step 6 again
        ([1, 9, 2.5, 2, 9, 9, 2.5, 200], 7),  # quartile 2.5: a single lowest loss decides nothing
        ([1, 1, 1, 1, 1, 1, 1, 10], 8),  # not more than ten times the median: it had not grown
        ([1, 1, 1, 1, 1, 1, 1, 10.1], 7),
        ([0, 0, 0, 0, 100], 5),  # nothing that it could have grown from
    ],
)
def test_it_is_after_the_last_loss_of_twice_the_lower_quartile(losses, step):
    assert irreversible_from(losses) == step
