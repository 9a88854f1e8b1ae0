"""What is asked of those who make pieces of a task, wherever they are: to hold something, and to map a function over tasks.

The door is narrow so that another engine is a small adapter. A function that is handed over is one of ours, found by its name, and
a task is what it takes; whoever does it, and however often, gives the same bits, so that what was lost is simply done again.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from nodescope._version import __version__
from nodescope.arithmetic.checks import shown
from nodescope.arithmetic.threads import THREADS
from nodescope.errors import InputError, NodescopeError

Task = tuple[Any, ...]
"""What a function takes; whatever is held among it is handed over as what it is."""
MOST_HELD = 8
"""So much of what is carried with the tasks is kept by a process that does them."""


class Interrupted(Exception):  # it is no error
    """Ctrl-C ended a task."""


class Door(Protocol):
    """A way to others.

    Attributes
    ----------
    at_once : int
        Tasks that are done at the same time, as far as it is known.
    """

    at_once: int

    def hold(self, make: Callable[..., Any], *given: Any) -> Any:
        """What `make(*given)` gives, to be had by tasks again and again: it is made where they are done."""
        ...

    def map(self, function: Callable[..., Any], tasks: Iterable[Task]) -> Iterator[Any]:
        """What the function gives for each task, in their order."""
        ...


def as_it_is(value: Any) -> Any:
    """For `hold`: something that is there already."""
    return value


def called(version: str, function: Callable[..., Any], *given: Any) -> Any:
    """A task, done by a worker.

    Raises
    ------
    NodescopeError
        Its nodescope is another one: nobody knows whether its bits are the same.
    """
    if version != __version__:
        raise NodescopeError(other_version(f"a worker (process {os.getpid()})", __version__, version))
    os.environ.setdefault(THREADS, "1")  # others of this machine have the other processors
    return function(*given)


def not_its(given: object, of: str) -> InputError:
    """What to raise where somebody gave back what is not the task's."""
    return InputError(
        f"the map of on= gave {shown(given)} for {of}; it must give what the function gives that it is handed, in the order of its "
        "tasks"
    )


def other_version(who: str, theirs: str, ours: str = __version__) -> str:
    """The sentence that refuses them."""
    return f"{who} of on= has nodescope {theirs}, and here it is {ours}: install the same version in both places"


@dataclass(frozen=True)
class Carried:
    """What is held, where nobody says who does the next task: how it is made goes with each of them.

    Attributes
    ----------
    token : str
        Its name: a process that has made it finds it again.
    """

    token: str
    make: Callable[..., Any]
    given: tuple[Any, ...]

    def value(self) -> Any:
        """It, made now unless it is there."""
        with _lock:
            if self.token in _made:
                _made.move_to_end(self.token)
                return _made[self.token]
        value = self.make(*there(self.given))
        with _lock:
            _made[self.token] = value
            while len(_made) > MOST_HELD:
                _made.popitem(last=False)
        return value


_made: OrderedDict[str, Any] = OrderedDict()
_lock = threading.Lock()


def there(given: Iterable[Any]) -> list[Any]:
    """Arguments, what is carried among them as what it is."""
    return [each.value() if isinstance(each, Carried) else each for each in given]


def called_with(task: tuple[str, Callable[..., Any], Task]) -> Any:
    """A task that carries what it needs."""
    version, function, given = task
    return called(version, function, *there(given))
