"""The same run over rows that are all in memory: for what looks at every row again and again, as a diagnosis does."""

import dataclasses

import numpy as np

from nodescope.arithmetic.rows import Rows
from nodescope.data.parts.deciding import SHARE, free
from nodescope.errors import InputError
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run


def held(run: Run, what: str) -> Run:
    """The run with its rows read into arrays; its numbers are replayed as before. Itself where they are there.

    Raises
    ------
    InputError
        They take more than a quarter of the memory that is free; `what` is what would need them.
    """
    recipe = held_recipe(run.recipe, what)
    return run if recipe is run.recipe else dataclasses.replace(run, recipe=recipe)


def held_recipe(recipe: Recipe, what: str) -> Recipe:
    """The same of a recipe."""
    examples = recipe.examples
    if not any(isinstance(rows, Rows) for rows in (examples.input, examples.unseen_input)):
        return recipe
    arrays = (examples.input, examples.goal, examples.unseen_input, examples.unseen_goal)
    needed = sum(rows.nbytes for rows in arrays)
    if needed * SHARE > free():
        raise InputError(
            f"{what} looks at all {recipe.rows:,} rows together, which take {needed / 1e9:,.1f} GB, and {free() / 1e9:,.1f} GB of "
            "memory are free; ns.verify(run), run.trace, run.score and run.predict read rows as they need them"
        )
    x, goal, unseen_x, unseen_goal = (np.ascontiguousarray(rows[:]) for rows in arrays)
    there = dataclasses.replace(examples, input=x, goal=goal, unseen_input=unseen_x, unseen_goal=unseen_goal)
    return dataclasses.replace(recipe, examples=there, memory="all", window=None)
