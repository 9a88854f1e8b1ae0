"""Where a number of a run stands, in words: node, quantity, layer, input, place in the batch; and which of many differs first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.run.recipe import Recipe


@dataclass(frozen=True)
class Places:
    """The names of places in a recipe's states and columns."""

    recipe: Recipe

    def of_state(self, name: str, place: int) -> tuple[int, str]:
        """Node, and the quantity with the layer and the input, of a place in a state's block."""
        layer = next(l for l in range(len(self.recipe.problem.layers)) if place < self.recipe.problem.weights_of(l).stop)  # noqa: E741
        shape = self.recipe.problem.layers[layer]
        node, i = divmod(place - self.recipe.problem.weights_of(layer).start, shape.width)
        if not self.recipe.in_layers:
            return node, self.of_weight(name, i)
        bias = "bias" if name == "weight" else f"bias_{name}"
        return node, f"layers[{layer}].{f'{name}[{i}]' if i < shape.inputs else bias}"

    def of_weight(self, name: str, i: int) -> str:
        if i < self.recipe.d:
            return f"{name}[{i}]" if self.recipe.has_inputs_axis else name
        return "bias" if name == "weight" else f"bias_{name}"

    def of_column(self, name: str, place: list[int]) -> tuple[int | None, str]:
        """Node, and the quantity with the place in its batch or its input."""
        bare = name.rpartition(".")[2]
        if "." in name and place:
            per_example = bare in ("input", "sum", "prediction", "slope", "delta")
            node = None if bare == "input" else place[1] if per_example else place[0]
            inside = [place[0], *place[1:]] if bare == "input" else place[:1] if per_example else place[1:]
            return node, f"{name}[{', '.join(map(str, inside))}]" if inside else name
        if name in ("input", "goal", "prediction", "delta", "example") and place:
            last = f", {place[1]}" if name == "input" else ""
            node = place[1] if name in ("goal", "prediction", "delta") else None
            return node, f"{name}[{place[0]}{last}]" if self.recipe.problem.batch > 1 or name == "input" else name
        return (place[0] if place else None), self.of_weight(name, place[1]) if len(place) > 1 else name


def same_array(expected: NDArray[Any], found: Any) -> bool:
    same_shape = found is not None and expected.shape == found.shape
    return found is expected or (same_shape and first_different(expected.ravel(), found.ravel()) is None)


def first_different(expected: NDArray[Any], found: NDArray[Any]) -> int | None:
    """Index of the first number whose bits differ; NaNs of any payload are one, as arithmetic makes only one."""
    if expected.dtype == np.float64:
        differs = np.ascontiguousarray(expected).view(np.uint64) != np.ascontiguousarray(found).view(np.uint64)
    else:
        differs = expected != found
    return int(differs.argmax()) if differs.any() else None
