"""What a training was like over time: lengths of gradients and of updates, worked out apart; and how large its page is."""

import math
from pathlib import Path

import numpy as np
import torch
from torch import nn

import nodescope as ns
from nodescope.run.course import MOST_LOOKS, Course
from nodescope.torch import observe


def test_gradients_and_updates_of_each_layer_are_those_of_the_training():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    x, expected, updates, rates = torch.randn(8, 3), [], [], []
    with observe(model, optimizer) as run:
        for _ in range(6):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            layers = [model[0], model[2]]
            expected.append([math.sqrt(sum(float(p.grad.double().square().sum()) for p in layer.parameters())) for layer in layers])
            rates.append(optimizer.param_groups[0]["lr"])
            updates.append([rates[-1] * float(layer.weight.grad.norm()) / float(layer.weight.detach().norm()) for layer in layers])
            optimizer.step()
            schedule.step()
    told = run.over_time
    np.testing.assert_allclose(told["gradient"], expected, rtol=1e-5)
    np.testing.assert_allclose(told["update"], updates, rtol=1e-4)
    np.testing.assert_array_equal(told["alpha"], rates)
    np.testing.assert_array_equal(told["loss"], run.losses)


def test_a_long_run_keeps_evenly_spaced_steps():
    course = Course()
    for step in range(10 * MOST_LOOKS):
        course.add(step, [float(step)])
    assert MOST_LOOKS // 2 <= len(course.steps) <= MOST_LOOKS
    assert set(np.diff(course.steps)) == {course.spacing}
    assert [row[0] for row in course.gradients] == course.steps


def test_it_survives_a_file(tmp_path: Path):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with observe(model, optimizer) as run:
        for _ in range(5):
            optimizer.zero_grad()
            model(torch.ones(2, 2)).square().mean().backward()
            optimizer.step()
    ns.save(run, tmp_path / "a.nodescope")
    again = ns.load(tmp_path / "a.nodescope").over_time
    for name in run.over_time.columns:
        np.testing.assert_array_equal(again[name], run.over_time[name])
