"""Remedies in the shell's words: a message that names a keyword of Python's names the option in its place."""

import re

from nodescope.run.settings import recipe_keys

_WITHOUT_OPTION = {"network", "frozen", "fingerprint"}
_CALLED = {"overwrite": "force"}
_KEYWORD = re.compile(
    rf"""(?<![\w-])({"|".join([*(key for key in recipe_keys() if key not in _WITHOUT_OPTION), *_CALLED])})="""
    r"""(?:(True)\b|(['"])(.*?)\3|\[(.*?)\])?"""
)


def in_shell_words(text: str) -> str:
    """`missing="drop"` as `--missing drop`, `overwrite=True` as `--force`, `inputs=['a', 'b']` as `--inputs a,b`.

    Examples
    --------
    >>> in_shell_words('fill it in, or give missing="drop"; overwrite=True replaces it')
    'fill it in, or give --missing drop; --force replaces it'
    """
    return _KEYWORD.sub(_option, text)


def _option(found: "re.Match[str]") -> str:
    keyword, yes, _, word, several = found.groups()
    name = f"--{_CALLED.get(keyword, keyword).replace('_', '-')}"
    if several is not None:
        word = ",".join(part.strip().strip("'\"") for part in several.split(","))
    elif not yes and word is None and found.end() < len(found.string) and found.string[found.end()] not in " ,;:.)":
        return f"{name} "
    return name if word is None else f"{name} {word if re.fullmatch(r'[^ ]*', word) else repr(word)}"
