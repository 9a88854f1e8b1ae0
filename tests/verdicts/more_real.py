"""More healthy PyTorch trainings that people run, none of which `real` has: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

from collections.abc import Callable, Iterator

from verdicts.loop import Loop
from verdicts.real_generative import codebook, diffused, flow
from verdicts.real_goals import adversarial, counts, differential, focused, mixture, quantiles, survival, waves
from verdicts.real_layers import gated, graph, gumbel, hypernet, straight_through
from verdicts.real_optimizers import learned_to_learn, lion, parts_of_a_batch, warmed
from verdicts.real_pairs import distilled, factors, own_negatives, skip_gram, triplets, two_sided, without_negatives
from verdicts.real_pictures import frozen_norms, mixed_up, normed_residuals, segmented, vision_transformer
from verdicts.real_rewards import sac_like, two_parts_clipped
from verdicts.real_sequences import aligned, carried_state, masked_words, translated

KINDS: tuple[Callable[[int], Loop], ...] = (
    two_parts_clipped, sac_like, own_negatives, triplets, without_negatives, codebook, straight_through, gumbel, flow, diffused,
    segmented, normed_residuals, vision_transformer, masked_words, translated, carried_state, aligned, graph, factors, skip_gram,
    distilled, mixed_up, focused, waves, differential, learned_to_learn, quantiles, counts, mixture, survival, adversarial, warmed,
    frozen_norms, parts_of_a_batch, two_sided, hypernet, gated, lion,
)  # fmt: skip
SEEDS = 3


def more_real(seeds: int = SEEDS) -> Iterator[Loop]:
    """Each kind with so many seeds."""
    for kind in KINDS:
        for seed in range(seeds):
            yield kind(seed)
