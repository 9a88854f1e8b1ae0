"""`on=`: from what a person gives to the door behind which pieces are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nodescope.arithmetic.checks import shown, whole
from nodescope.errors import InputError
from nodescope.workers import mapped, on_dask
from nodescope.workers.door import Door

MOST_PROCESSES = 4096
MAY_BE = (
    "it may be None (here), a number of processes, the address of a Dask scheduler (tls://host:8786), a Dask client, or an object "
    "with map"
)


@contextmanager
def opened(on: Any) -> Iterator[Door]:
    """The door to whoever is meant.

    Raises
    ------
    InputError
        `on` is nobody; or nobody is there.
    NodescopeError
        Those who are there cannot be worked with, or were lost.
    """
    if isinstance(on, int) and not isinstance(on, bool):
        count = whole("on", on, least=1, most=MOST_PROCESSES)
        with mapped.processes(count) as pool:
            yield pool
    elif on_dask.is_address(on) or on_dask.is_client(on):
        with on_dask.connected(on) as cluster:
            yield cluster
    elif callable(getattr(on, "map", None)):
        yield mapped.Mapped(on)
    else:
        raise InputError(f"on is {shown(on)}; {MAY_BE}")
