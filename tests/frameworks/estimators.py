"""Both estimators, and a table whose columns differ in size."""

from typing import Any

import numpy as np

from nodescope.sklearn import NetworkRegressor, NodeRegressor

BOTH = [NodeRegressor, NetworkRegressor]


def table(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [1, 1000, 0.01] + [5, 0, 3]
    return x, 2 * x[:, 0] - 0.003 * x[:, 1] + 40 * x[:, 2] + 7 + 0.1 * rng.normal(size=n)


def small(kind: Any, **settings: Any) -> Any:
    """An estimator that is fast in plain Python too."""
    return kind(**({} if kind is NodeRegressor else {"hidden_layer_sizes": (4,)}), **settings)
