"""Rows of networks."""

import itertools

import limits
import numpy as np
from rows import Row, peers

import nodescope as ns


def rows(quick: bool) -> list[Row]:
    n = 500 if quick else 2000
    return [
        _network([2, 8, 8, 1], "tanh", n, 10, {"PyTorch": 250, "JAX": 9}, "tanh, and the little products' setting out"),
        _network(
            [8, 64, 64, 1], "relu", 4 * n, 32, {"PyTorch": 13, "scikit-learn": 7},
            "loads of narrow tiles, updating weights in both their orders",
        ),
        _network([2, 2, 1], "tanh", n, 1, {"PyTorch": 250}, "one example a step goes node by node"),
    ]  # fmt: skip


def _network(sizes: list[int], activation: str, n: int, batch: int, targets: dict[str, float], bound: str) -> Row:
    random = np.random.default_rng(0)
    x = random.normal(size=(n, sizes[0]))
    goal = np.sin(x.sum(axis=1, keepdims=True))
    start, epochs = ns.network(sizes, activation=activation, seed=0), 40
    products = sum(a * b for a, b in itertools.pairwise(sizes))
    # Forward and the weights' gradient take each product once, the deltas' way back all but those of the first layer.
    operations = 2 * n * (3 * products - sizes[0] * sizes[1])

    def torch():
        import torch

        torch.set_num_threads(1)
        kind = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]
        layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
        model = torch.nn.Sequential(*(part for layer in layers for part in (layer, kind())))[:-1]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        a, b = torch.from_numpy(x).float(), torch.from_numpy(goal).float()

        def work():
            for at in range(0, n, batch):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(model(a[at : at + batch]), b[at : at + batch]).backward()
                optimizer.step()

        return n, work

    def sklearn():
        from sklearn.neural_network import MLPRegressor

        model = MLPRegressor(
            hidden_layer_sizes=sizes[1:-1], activation=activation, solver="sgd", batch_size=batch,
            learning_rate_init=0.01, momentum=0.0,
            shuffle=False, alpha=0.0,
        )  # fmt: skip
        return n, lambda: model.partial_fit(x, goal.ravel())

    return Row(
        f"{'-'.join(map(str, sizes))} {activation}, batch {batch}", "row", epochs * n,
        lambda: ns.descend(network=start, input=x, goal=goal, alpha=0.01, batch=batch, epochs=epochs),
        peers(PyTorch=torch, scikit_learn=sklearn, JAX=lambda: _jax(start, x, goal, activation, batch)),
        ("multiplications and additions", n * limits.PIPES / operations, limits.pipes()), targets, bound,
    )  # fmt: skip


def _jax(start, x, goal, activation: str, batch: int):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    f = {"tanh": jnp.tanh, "relu": jax.nn.relu}[activation]
    params = [(jnp.array(w), jnp.array(b)) for w, b in zip(start.weights, start.biases, strict=True)]
    whole = len(x) // batch * batch
    xs, gs = jnp.array(x[:whole].reshape(-1, batch, x.shape[1])), jnp.array(goal[:whole].reshape(-1, batch, 1))

    def loss(params, a, b):
        for i, (w, bias) in enumerate(params):
            a = a @ w.T + bias
            a = f(a) if i < len(params) - 1 else a
        return jnp.mean((a - b) ** 2) / 2

    @jax.jit
    def epoch(params):
        def step(params, batch):
            grads = jax.grad(loss)(params, *batch)
            return jax.tree.map(lambda p, g: p - 0.01 * g, params, grads), None

        return jax.lax.scan(step, params, (xs, gs))[0]

    return whole, lambda: jax.block_until_ready(epoch(params))
