"""A forecast in words: first what happens, plainly; then how far alpha may go; then where it leads.

Those of one layer under the squared error, and those of networks, stand in live/words.txt, which the page reads too.
"""

from nodescope.diagnosis.before.numbers import Foretold
from nodescope.diagnosis.before.of_classes import logistic_sentence, sided_sentence
from nodescope.diagnosis.before.of_penalties import joined_sentence
from nodescope.diagnosis.live.foretold_facts import ForetoldFacts
from nodescope.diagnosis.live.say import say


def sentence(foretold: Foretold) -> str:
    """What will happen, in a few sentences that a learner understands."""
    if foretold.is_logistic and foretold.recipe.schedule is None:
        return logistic_sentence(foretold, foretold.regime)
    if foretold.is_sided:
        return sided_sentence(foretold)
    if foretold.is_joined and foretold.recipe.schedule is None:
        return joined_sentence(foretold, foretold.regime, foretold.regime_reason)
    if not foretold.is_one_layer:
        return say("foretold of a network", ForetoldFacts(foretold))
    return say("forecast", ForetoldFacts(foretold))
