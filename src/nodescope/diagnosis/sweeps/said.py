"""What the verdicts say of many runs, in a sentence: "286 of 312 runs have nothing wrong, 26 diverge"."""

from collections.abc import Mapping

SAID = {
    "nothing wrong": ("has nothing wrong", "have nothing wrong"),
    "unknown": ("cannot be judged", "cannot be judged"),
    "withheld": ("has its verdict withheld", "have their verdicts withheld"),
    "wrong sign": ("has an alpha below 0", "have an alpha below 0"),
    "alpha is zero": ("has an alpha of 0", "have an alpha of 0"),
    "non-finite": ("ends in numbers that are not finite", "end in numbers that are not finite"),
    "overflow": ("has numbers too large for doubles", "have numbers too large for doubles"),
    "underflow": ("has errors too small to be squared", "have errors too small to be squared"),
    "diverges": ("diverges", "diverge"),
    "marginal": ("is marginal", "are marginal"),
    "zero input": ("has an input that is always 0", "have an input that is always 0"),
    "frozen weight": ("has frozen weights alone", "have frozen weights alone"),
    "ill-conditioned": ("is ill-conditioned", "are ill-conditioned"),
    "unscaled inputs": ("has unscaled inputs", "have unscaled inputs"),
    "slow convergence": ("converges slowly", "converge slowly"),
    "noise floor": ("stays at a noise floor", "stay at a noise floor"),
    "rounding floor": ("stays at the rounding floor", "stay at the rounding floor"),
    "plateau": ("stays on a plateau", "stay on a plateau"),
    "stalled": ("stalls", "stall"),
    "irreducible error": ("has an irreducible error", "have an irreducible error"),
    "overfitting": ("overfits", "overfit"),
    "no lowest point": ("has no lowest point", "have no lowest point"),
    "vanishing gradients": ("has vanishing gradients", "have vanishing gradients"),
    "exploding gradients": ("has exploding gradients", "have exploding gradients"),
    "dead nodes": ("has dead nodes", "have dead nodes"),
    "saturated nodes": ("has saturated nodes", "have saturated nodes"),
    "symmetric nodes": ("has symmetric nodes", "have symmetric nodes"),
    "goal out of range": ("has goals out of its range", "have goals out of their range"),
    "penalty": ("is held back by its penalty", "are held back by their penalty"),
    "clipping": ("has nearly every step clipped", "have nearly every step clipped"),
}
"""Of each word that a verdict may begin with what it says of one run, and of several."""


def sentence(counts: Mapping[str, int], done: int) -> str:
    """How many of the runs that are done each verdict is of, by its word.

    Examples
    --------
    >>> sentence({"nothing wrong": 286, "diverges": 26}, 312)
    '286 of 312 runs have nothing wrong, 26 diverge'
    >>> sentence({"plateau": 1}, 1)
    '1 of 1 run stays on a plateau'
    """
    runs = f"{done:,} run{'' if done == 1 else 's'}"
    parts: list[str] = []
    for word, count in counts.items():
        told = SAID.get(word, (f"has the verdict “{word}”", f"have the verdict “{word}”"))[count > 1]
        parts.append(f"{count:,} {told}" if parts else f"{count:,} of {runs} {told}")
    return ", ".join(parts)
