"""Workers of a Dask cluster: tasks of a worker that was killed are done again by the others, and what it held is made again.

Whoever may speak to a scheduler may run any program on its workers: an address of another machine is taken with TLS only.
"""

import ipaddress
import pkgutil
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nodescope._version import __version__
from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError, NodescopeError
from nodescope.workers.door import Interrupted, Task, as_it_is, called, other_version

SECONDS = 5.0
"""A scheduler answers within so many, and has workers within twice as many."""
ALONE = 30.0
"""So long a task waits for workers where all of them are gone."""
LOOKS = 2.0
"""Seconds between two looks at whether anybody is left."""
TRIES = 8
"""So often what was lost with its workers is made again."""
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:]+\]|[^:/\s\[\]]+):(\d{1,5})/?")
_EXTRA = "on= with a Dask cluster needs dask and distributed: pip install 'nodescope[cluster]'"


def is_address(on: object) -> bool:
    """Whether it is text that looks like where a scheduler is."""
    return isinstance(on, str) and "://" in on


def is_client(on: object) -> bool:
    """Whether it is a Dask client; nothing is imported to know."""
    return any(f"{kind.__module__}.{kind.__name__}".startswith("distributed.client.Client") for kind in type(on).__mro__)


def checked(address: str) -> str:
    """The address of a scheduler that may be spoken to.

    Raises
    ------
    InputError
        It is none, or one on another machine without TLS.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        raise InputError(
            f"on is {shown(address)}; the address of a scheduler is written tls://host:8786, here tcp://127.0.0.1:8786"
        )
    kind, host, _ = found.groups()
    if kind == "tcp" and not _is_here(host.strip("[]")):
        raise InputError(
            f"on is {shown(address)}: without TLS whoever reaches that scheduler runs programs on its workers; give tls:// and its "
            "certificates (docs/howto/cluster.md), or go through an SSH tunnel to 127.0.0.1"
        )
    return found[0]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def connected(on: Any) -> Iterator["Dask"]:
    """The workers of a client, or of the scheduler at an address.

    Raises
    ------
    InputError
        There is no scheduler, it has no workers, or theirs is another nodescope.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(_EXTRA) from error
    if is_client(on):
        if on.asynchronous:
            raise InputError("on is an asynchronous Dask client; give one that waits: Client(address), without asynchronous=True")
        yield Dask(on)
        return
    address = checked(on)
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False, name="nodescope")
    except Exception as error:  # OSError, or what TLS says where certificates are not set
        raise InputError(
            f"no Dask scheduler answers at {address} within {SECONDS:g} seconds ({type(error).__name__}: {error!s:.100}); start "
            "one there, or leave on= out"
        ) from error
    try:
        yield Dask(client)
    finally:
        client.close(timeout=SECONDS)


class _Held:
    """What workers hold: a future, and how it is made anew where its worker is gone."""

    def __init__(self, client: Any, make: Callable[..., Any], given: tuple[Any, ...]) -> None:
        self._client, self._make, self._given = client, make, given
        self._future: Any = None

    def future(self) -> Any:
        """It, made now unless it is there."""
        if self._future is None or self._future.status in ("lost", "cancelled", "error"):
            self._future = self._begin()
        return self._future

    def _begin(self) -> Any:
        if self._make is as_it_is:
            return self._scattered()
        return self._client.submit(called, __version__, self._make, *_futures(self._given), pure=False)

    def _scattered(self) -> Any:
        """It with some worker; the one that it was to go to may be gone without anybody knowing yet."""
        patience = _Patience(self._client)
        while True:
            try:
                return self._client.scatter([self._given[0]], hash=False, timeout=LOOKS)[0]  # of a tuple each would be one
            except (OSError, TimeoutError):
                patience.look()
                time.sleep(LOOKS / 10)


class _Patience:
    """Waiting for workers that have been lost: they, or others, may come back."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._alone: float | None = None

    def look(self) -> None:
        """Raise NodescopeError where there is nobody left to wait for."""
        where = self._client.scheduler.address if self._client.scheduler else "that was given"
        if self._client.status not in ("running", "connecting"):
            raise NodescopeError(f"the Dask scheduler at {where} is gone; the same call goes on with out=")
        if self._client.scheduler_info()["workers"]:
            self._alone = None
            return
        self._alone = self._alone or time.monotonic()
        if time.monotonic() - self._alone > ALONE:
            raise NodescopeError(
                f"the Dask scheduler at {where} has no workers any more, for {ALONE:g} seconds; start some, and the same call goes "
                "on with out="
            )


def _futures(given: Iterable[Any]) -> list[Any]:
    return [each.future() if isinstance(each, _Held) else each for each in given]


class Dask:
    """A client's workers."""

    def __init__(self, client: Any) -> None:
        self._client = client
        try:
            client.wait_for_workers(1, timeout=2 * SECONDS)
        except TimeoutError as error:
            raise InputError(
                f"the Dask scheduler at {self._where} has no workers, and none came in {2 * SECONDS:g} seconds: start some"
            ) from error
        self._refuse_other_versions()
        self.at_once = max(1, sum(client.nthreads().values()))

    @property
    def _where(self) -> str:
        return str(self._client.scheduler.address)

    def _refuse_other_versions(self) -> None:
        """Workers do the tasks, and the scheduler reads what they are."""
        asked = pkgutil.resolve_name, "nodescope:__version__"
        told = {f"worker {worker}": version for worker, version in self._client.run(*asked, on_error="return").items()}
        try:
            told[f"the scheduler {self._where}"] = self._client.run_on_scheduler(*asked)
        except Exception as error:  # what importing it says there
            told[f"the scheduler {self._where}"] = error
        for who, version in told.items():
            if isinstance(version, BaseException):
                raise NodescopeError(f"{who} of on= has no nodescope ({version!s:.100}): install {__version__} there")
            if version != __version__:
                raise NodescopeError(other_version(who, version))

    def hold(self, make: Callable[..., Any], *given: Any) -> _Held:
        return _Held(self._client, make, given)

    def map(self, function: Callable[..., Any], tasks: Iterable[Task]) -> Iterator[Any]:
        """As `Door.map`; some tasks more than there are workers are on their way at a time."""
        waiting: deque[tuple[Any, Task]] = deque()
        try:
            for task in tasks:
                waiting.append((self._submitted(function, task), task))
                if len(waiting) > 4 * self.at_once:
                    yield self._result(function, *waiting.popleft())
            while waiting:
                yield self._result(function, *waiting.popleft())
        finally:
            if waiting:
                self._client.cancel([future for future, _ in waiting], force=True)

    def _submitted(self, function: Callable[..., Any], task: Task) -> Any:
        return self._client.submit(called, __version__, function, *_futures(task), pure=False)

    def _result(self, function: Callable[..., Any], future: Any, task: Task) -> Any:
        """What comes of a task, begun again as often as what it needs is lost."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        for _ in range(TRIES):
            try:
                return self._waited(future)
            except (NodescopeError, Interrupted):
                raise
            except KilledWorker as error:
                raise NodescopeError(
                    f"workers of on= were killed one after another by the same task ({error.last_worker.address} last): were they "
                    "out of memory? Give workers more of it, or smaller pieces: parts=, memory="
                ) from error
            except MemoryError as error:
                raise NodescopeError(
                    "a worker of on= ran out of memory: give it more, or smaller pieces (parts=, memory=)"
                ) from error
            except FutureCancelledError:
                future = self._submitted(function, task)
            except Exception as error:  # of any kind, on their side
                raise InputError(
                    f"a worker of on= failed: {type(error).__name__}: {error!s:.150}; mend it, or leave on= out"
                ) from error
        raise NodescopeError(f"workers of on= were lost {TRIES} times in the same task: look into their logs")

    def _waited(self, future: Any) -> Any:
        """What a task gives, unless there is nobody left to do it."""
        patience = _Patience(self._client)
        while True:
            try:
                return future.result(timeout=LOOKS)
            except TimeoutError:
                if future.done():  # just now; or it was the task's own
                    return future.result()
                patience.look()
