"""A forecast in words: first what happens, plainly; then how far alpha may go; then where it leads.

Those of one layer under the squared error stand in live/words.txt, which the page reads too.
"""

import math

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
        return _network(foretold)
    return say("forecast", ForetoldFacts(foretold))


# ---- networks ----


def _network(foretold: Foretold) -> str:
    """What can be said, and what cannot."""
    unknown = f"Where it leads is not known: {foretold.final_weight_reason}."
    limit, alpha = foretold.local_limit, foretold.recipe.alpha
    if foretold.regime == "frozen":
        return "Nothing moves: alpha is 0."
    if limit is None:
        return unknown
    ratio = alpha / limit if limit else math.inf
    word = "diverges" if alpha < 0 or ratio > 1 else "converges" if ratio < 0.5 else "oscillates"
    where = f"alpha is {ratio:.3g} times the largest that is stable there, {limit:.4g}{_alone(foretold)}"
    return f"At the start it {word}: {where}. {unknown}"


def _alone(foretold: Foretold) -> str:
    if foretold.recipe.batch_size == foretold.recipe.n:
        return ""
    alone = foretold.local_limit_alone
    steepest = f"; that of the steepest example alone is {alone:.4g}" if math.isfinite(alone) else ""
    return f", were all examples in a step{steepest}"
