"""What is known to differ from the corpus as it was written by the first edition; CHANGELOG gives every reason.

The corpus itself stays as it is: differences are told here until the file is written anew (``write.py``) and both are empty again.
"""

from collections.abc import Iterable

from corpus.known_findings import FINDINGS

RENAMED: dict[str, str] = {
    "swings": "oscillates",
    "at the limit": "marginal",
    "runs away": "diverges",
    "crawling": "slow convergence",
    "still falling": "not converged",
    "standing still": "stalled",
    "contradictory goals": "irreducible error",
    "vanishing deltas": "vanishing gradients",
    "exploding deltas": "exploding gradients",
}
"""Names of findings, and words of theirs: as they were written → as they are now."""

REGIMES = {"creeps": "converges", "swings": "oscillates", "runs away": "diverges"}
"""Names of regimes, likewise; they are told apart from the findings', of which some were called the same."""

_AUTOMATIC = {"numbers.automatic alpha": "for rules that rescale their steps the customary alpha, for a node as for a network"}

_STAYS = "until the mse stays low, no longer until it first is: momentum passes the goal and comes back, and what grows never stays"
_SCALED = "inputs whose squares no double holds are scaled first"
_EVERY_RULE = "the local limit is known for momentum and Nesterov too"
_REGIME = "marginal has a name of its own, and a complex pair of factors oscillates"
_FORECAST: dict[str, tuple[str, str]] = {
    "numbers.steps_to start_mse/16": (
        _STAYS,
        """
        node/01 momentum/slow; node/02 nesterov/slow; node/09 momentum/slow; node/11 nesterov/slow; end/diverges at once;
        nodes/22 momentum; nodes/23 nesterov; nodes/51 momentum odd; nodes/74 nesterov odd; nodes/85 momentum
    """,
    ),
    "numbers.steps_to start_mse/10000": (
        _STAYS,
        """
        node/01 momentum/slow; node/02 nesterov/slow; node/09 momentum/slow; node/11 nesterov/slow; end/diverges at once;
        nodes/23 nesterov; nodes/51 momentum odd; nodes/74 nesterov odd; nodes/85 momentum; twin/02 nesterov/node;
        twin/02 nesterov/network
    """,
    ),
    "numbers.best_alpha": (
        _SCALED,
        """
        end/diverges at once
    """,
    ),
    "numbers.condition": (
        _SCALED,
        """
        end/diverges at once; end/subnormal
    """,
    ),
    "numbers.local_limit": (
        _EVERY_RULE,
        """
        network/01 momentum 4-2-2; network/08 momentum odd 5-4; network/09 momentum odd 4-2-4;
        network/10 nesterov odd 3-4-4-1; network/11 nesterov odd 5-1-4-1-4; network/23 nesterov 5-3-4-1-2;
        network/28 momentum odd 5-5; network/29 momentum odd 4-2-4; network/30 momentum odd 4-5-4-4;
        network/31 nesterov odd 5-2-4-4-4; network/43 momentum 5-3-3-4-5; network/44 nesterov 4-4;
        network/49 momentum odd 5-3-3; network/50 momentum odd 1-5-1-4; network/51 momentum odd 5-3-1-4-1;
        network/53 nesterov odd 1-5-1; network/64 momentum 1-1; network/65 nesterov 1-1-3; network/70 momentum odd 1-1-5-2;
        network/71 momentum odd 1-3-5-2-1; network/73 nesterov odd 1-1-5; network/74 nesterov odd 1-3-5-4;
        network/85 momentum 1-2-5; network/86 nesterov 5-4-5-4; drawn/01 relu; drawn/09 leaky relu
    """,
    ),
    "words.regime": (
        _REGIME,
        """
        node/plain/alpha 2.0; node/01 momentum/slow; node/02 nesterov/slow; node/09 momentum/slow; node/11 nesterov/slow;
        end/cycle at the limit; nodes/08 momentum odd; nodes/11 nesterov odd; nodes/23 nesterov; nodes/51 momentum odd;
        nodes/53 nesterov odd; nodes/64 momentum; nodes/74 nesterov odd; nodes/85 momentum; twin/alpha 2.0/node;
        twin/alpha 2.0/network; twin/02 nesterov/node; twin/02 nesterov/network; twin/11 nesterov odd/node;
        twin/11 nesterov odd/network
    """,
    ),
}
"""Field → reason, and the recipes in which a forecast, or what is found with its help, differs."""


def _by_recipe(fields: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    changed: dict[str, dict[str, str]] = {}
    for field, reason, names in fields:
        for name in " ".join(names.split()).split("; "):
            changed.setdefault(name, {})[field] = reason
    return changed


CHANGED: dict[str, dict[str, str]] = (
    {f"{kind}/*{rule}*": _AUTOMATIC for kind in ("node", "nodes", "twin") for rule in ("adagrad", "rmsprop", "adam")}
    | {"twin/alpha [01].[01]/network": {"numbers.final_weight": "the number is the node's, in the shape of a network's weights"}}
    | _by_recipe([*((field, *told) for field, told in _FORECAST.items()), *FINDINGS])
)
"""Recipe, or a pattern of recipes ("twin/*/network") → field of a part ("numbers.limit") → reason.

Every recipe that a pattern meets has to differ in that field: an entry that no longer differs makes the test fail.
What is found of a run file: "run/NAME" → "words.findings" → reason.
"""
