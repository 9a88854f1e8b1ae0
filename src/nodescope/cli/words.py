"""Remedies in the shell's words: a message that names a keyword of Python's names the option in its place."""

import re
from functools import cache

from nodescope.run.settings import recipe_keys

_WITHOUT_OPTION = {"network", "frozen", "fingerprint"}
_CALLED = {"overwrite": "force", "on": "on", "out": "out"}
_OF_LAYERS = ("hidden", "activation", "output_activation", "initial")
_SAID = {
    "go on with ns.resume": "go on with nodescope run --resume RUN --epochs TOTAL",
    "predict(table) uses it": "nodescope predict RUN TABLE uses it",
    "run.save(path) keeps it": "--out RUN keeps it",
    "run.diagnose() says": "nodescope diagnose RUN says",
    "fit.run has every number": "--out RUN keeps every number",
    "as descend takes them": "as nodescope run takes them",
    "a network has its own: ns.network(weights=[…], biases=[…])": "a network has its own, drawn as --initial says",
    "layers as network=": "layers as --hidden",
    "and network= are": "and --hidden are",
    "ns.resume": "--resume RUN --steps TOTAL",
    "run.weight and run.bias hold them": "--json shows them",
}
"""What Python's words are in the shell."""


@cache
def _keyword() -> "re.Pattern[str]":
    known = [*(key for key in recipe_keys() if key not in _WITHOUT_OPTION), *_OF_LAYERS, *_CALLED]
    return re.compile(rf"""(?<![\w/-])({"|".join(known)})=(?:(True)\b|(['"])(.*?)\3|\[(.*?)\])?""")


def in_shell_words(text: str) -> str:
    """`missing="drop"` as `--missing drop`, `overwrite=True` as `--force`, `inputs=['a', 'b']` as `--inputs a,b`.

    Examples
    --------
    >>> in_shell_words('fill it in, or give missing="drop"; overwrite=True replaces it')
    'fill it in, or give --missing drop; --force replaces it'
    >>> in_shell_words('A hidden layer, network=[2, 8, 1], or 30 steps more (ns.resume)')
    'A hidden layer, --hidden 8, or 30 steps more (--resume RUN --steps TOTAL)'
    """
    for name, option in _SAID.items():
        text = text.replace(name, option)
    if "=" not in text:
        return text
    hidden = r"(?<![\w-])network=\[\d+, (\d+(?:, \d+)*), \d+\]"
    return _keyword().sub(_option, re.sub(hidden, lambda found: f"--hidden {found[1].replace(' ', '')}", text))


def _option(found: "re.Match[str]") -> str:
    keyword, yes, _, word, several = found.groups()
    name = f"--{_CALLED.get(keyword, keyword).replace('_', '-')}"
    if several is not None:
        word = ",".join(part.strip().strip("'\"") for part in several.split(","))
    elif not yes and word is None and found.end() < len(found.string) and found.string[found.end()] not in " ,;:.)":
        return f"{name} "
    return name if word is None else f"{name} {word if re.fullmatch(r'[^ ]*', word) else repr(word)}"
