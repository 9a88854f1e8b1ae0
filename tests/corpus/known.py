"""What is known to differ from the corpus as it was written by the first edition; CHANGELOG gives every reason.

The corpus itself stays as it is: differences are told here until the file is written anew (``write.py``) and both are empty again.
"""

RENAMED: dict[str, str] = {}
"""Names of findings and regimes, and words of theirs: as they were written → as they are now."""

_AUTOMATIC = {"numbers.automatic alpha": "for rules that rescale their steps the customary alpha, for a node as for a network"}

CHANGED: dict[str, dict[str, str]] = {
    f"{kind}/*{rule}*": _AUTOMATIC for kind in ("node", "nodes", "twin") for rule in ("adagrad", "rmsprop", "adam")
} | {"twin/alpha [01].[01]/network": {"numbers.final_weight": "the number is the node's, in the shape of a network's weights"}}
"""Recipe, or a pattern of recipes ("twin/*/network") → field of a part ("numbers.limit") → reason.

Every recipe that a pattern meets has to differ in that field: an entry that no longer differs makes the test fail.
What is found of a run file: "run/NAME" → "words.findings" → reason.
"""
