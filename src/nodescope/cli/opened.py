"""A run from a file's name: a run file is opened, a recipe is run first."""

from typing import Any

import nodescope as ns


def opened(path: str) -> Any:
    """The run in a file (or what was observed of one), or of a recipe ending in .toml."""
    return ns.descend(**ns.read_recipe(path)) if path.endswith(".toml") else ns.load(path)


def read_for(path: str, run: Any) -> list[str]:
    """Files that an opened run was made from: its own, and its table."""
    source = run.recipe.source if isinstance(run, ns.Run) else None
    if source is None or source.path is None:
        return [path]
    return [path, *([source.path] if isinstance(source.path, str) else source.path)]
