"""What each rule computes after the weighted delta, in order: the operations of arithmetic/rules.py, in their order, as words."""

from collections.abc import Iterator

from nodescope.arithmetic.rules import Rule

CLOCKS = (("beta1 power", "beta1"), ("beta2 power", "beta2"))
_SQUARE = "{weighted delta} × {weighted delta}"


def formulas(rule: Rule) -> Iterator[tuple[str, str]]:
    """Name and formula of each number, the alpha delta last."""
    settings = rule.settings()
    inside = bool(settings.get("epsilon_inside"))

    def spread(square: str) -> str:
        return f"√({square} + {{epsilon}})" if inside else f"(√({square}) + {{epsilon}})"

    if rule.name in ("momentum", "nesterov"):
        yield "velocity", "{momentum} × {velocity before} + {weighted delta}"
        ahead = "({weighted delta} + {momentum} × {velocity})"
        yield "alpha delta", "{alpha} × " + ("{velocity}" if rule.name == "momentum" else ahead)
    elif rule.name == "adagrad":
        yield "square sum", "{square sum before} + " + _SQUARE
        yield "alpha delta", "{alpha} × {weighted delta} ÷ " + spread("{square sum}")
    elif rule.name == "rmsprop":
        yield "rule's mean square", "{decay} × {rule's mean square before} + (1 − {decay}) × (" + _SQUARE + ")"
        yield "alpha delta", "{alpha} × {weighted delta} ÷ " + spread("{rule's mean square}")
    elif rule.name in ("adam", "adamw"):
        yield "rule's mean", "{beta1} × {rule's mean before} + (1 − {beta1}) × {weighted delta}"
        yield "rule's mean square", "{beta2} × {rule's mean square before} + (1 − {beta2}) × (" + _SQUARE + ")"
        corrected = bool(settings["bias_correction"])
        forward = "({rule's mean} ÷ (1 − {beta1 power}))" if corrected else "{rule's mean}"
        square = "{rule's mean square} ÷ (1 − {beta2 power})" if corrected else "{rule's mean square}"
        decayed = " + {alpha} × {decay} × {weight}" if rule.name == "adamw" else ""
        yield "alpha delta", "{alpha} × " + forward + " ÷ " + spread(square) + decayed
    else:
        yield "alpha delta", "{alpha} × {weighted delta}"


def spoken(column: str) -> str:
    """A memory's name in a sentence: "mean of bias" would be read as something else."""
    words = column.replace("_", " ")
    return f"rule's {words}" if words.startswith("mean") else words


def column_of(spoken: str) -> str:
    return spoken.removeprefix("rule's ").replace(" ", "_")
