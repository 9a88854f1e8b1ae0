"""Healthy PyTorch trainings of the kinds that people run: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

from collections.abc import Callable, Iterator

from verdicts.loop import Loop
from verdicts.real_generative import denoising, density, gan, variational, wasserstein
from verdicts.real_goals import noisy_goals, physics, rare_class, several_losses
from verdicts.real_layers import residual
from verdicts.real_optimizers import (
    accumulated,
    adapters,
    by_hand,
    fine_tuning,
    half_precision,
    quasi_newton,
    scheduled,
    two_groups,
)
from verdicts.real_pairs import contrastive, momentum_encoder
from verdicts.real_pictures import pictures_upscaled, pixels
from verdicts.real_rewards import actor_critic, policy_gradient, q_learning
from verdicts.real_sequences import embeddings, language_model, ready_made_transformer, recurrent

KINDS: tuple[Callable[[int], Loop], ...] = (
    embeddings, pixels, policy_gradient, actor_critic, q_learning, language_model, recurrent, gan, wasserstein, contrastive,
    momentum_encoder, fine_tuning, adapters, accumulated, half_precision, scheduled, variational, denoising, noisy_goals,
    rare_class, several_losses, physics, density, quasi_newton, by_hand, pictures_upscaled, ready_made_transformer, two_groups,
    residual,
)  # fmt: skip
SEEDS = 4


def real(seeds: int = SEEDS) -> Iterator[Loop]:
    """Each kind with so many seeds."""
    for kind in KINDS:
        for seed in range(seeds):
            yield kind(seed)
