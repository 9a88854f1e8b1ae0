"""A run from a file's name: a run file is opened, a recipe is run first."""

import nodescope as ns


def opened(path: str) -> ns.Run:
    """The run in a file, or of a recipe ending in .toml."""
    return ns.descend(**ns.read_recipe(path)) if path.endswith(".toml") else ns.load(path)
