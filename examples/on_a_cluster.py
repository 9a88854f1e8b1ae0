"""The same run here, and on a scheduler and two workers: the same bits, and what it costs to ask others for each step.

`make cluster` runs it. With an address it goes to a cluster of yours: python examples/on_a_cluster.py tls://scheduler:8786

Notice: not one bit of the weights knows who did the work.
Notice: asking costs milliseconds a step, so that small steps are faster alone, and moments ask once.
"""

import sys
import time
from contextlib import nullcontext

import numpy as np

import nodescope as ns


def table(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """A curve with some noise, of ten inputs."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 10))
    return x, np.tanh(x @ rng.normal(size=10)) + 0.1 * rng.normal(size=rows)


def cluster():
    """A scheduler and two workers, each a process, which nobody but this machine can speak to."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, worker_dashboard_address=None
    )  # fmt: skip


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else None
    with nullcontext(given) if given else cluster() as found:
        address = given or found.scheduler_address
        print(f"On {address}:")
        x, goal = table(200_000)
        shared = {
            "moments, 1,000 steps": {"method": "moments", "steps": 1000, "alpha": 0.1},
            "a network's 5 steps in parts": {"network": {"hidden": [32]}, "parts": 8192, "steps": 5, "alpha": 0.1},
        }
        for name, settings in shared.items():
            runs = []
            for on in (None, address):
                began = time.perf_counter()
                runs.append((ns.descend(input=x, goal=goal, batch="all", **settings, on=on), time.perf_counter() - began))
            (here, alone), (there, together) = runs
            same = here.network.flat().tobytes() == there.network.flat().tobytes()
            print(f"  {name}: {'the same bits' if same else 'OTHER BITS'}; {alone:.2f} s here, {together:.2f} s there")
        x, goal = table(4000)
        with ns_client(address) as client:
            seconds = []
            for steps in (10, 60):
                began = time.perf_counter()
                ns.descend(input=x, goal=goal, batch="all", parts=1000, alpha=0.1, steps=steps, on=client)
                seconds.append(time.perf_counter() - began)
        print(f"  What asking costs a step, of four parts: {1000 * (seconds[1] - seconds[0]) / 50:.1f} ms")


def ns_client(address: str):
    """A client of one's own, so that the time to connect is not counted."""
    from distributed import Client

    return Client(address, set_as_default=False)


if __name__ == "__main__":
    main()
