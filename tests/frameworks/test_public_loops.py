"""Eight loops of the kinds that repositories publish, small: observed = unobserved, bit for bit, and the verdict is healthy.

A transformer, an LSTM language model, a VAE, a GAN, an actor with a critic, a CNN with a schedule, fine-tuning with frozen
layers, and accumulation with clipping. Those that a Trainer of Lightning or Hugging Face runs go through the same `observe`.
"""

import pytest
import torch
from verdicts import more_real, real
from verdicts.observed import trained

import nodescope as ns

LOOPS = (
    real.language_model, more_real.carried_state, real.variational, real.gan, real.actor_critic, more_real.normed_residuals,
    more_real.frozen_norms, more_real.parts_of_a_batch,
)  # fmt: skip


@pytest.mark.parametrize("kind", LOOPS, ids=lambda kind: kind.__name__)
def test_observed_is_unobserved_and_healthy(kind):
    alone, seen = kind(1), kind(1)
    torch.manual_seed(7)
    alone.run()
    state = torch.get_rng_state()
    torch.manual_seed(7)
    run = trained(seen)
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in alone.model.state_dict().items():
        assert torch.equal(seen.model.state_dict()[name], tensor), name
    assert [f.text for f in ns.diagnose(run).findings if f.severity != "note"] == []
