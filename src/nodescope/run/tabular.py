"""Named columns of steps, replayed or recorded, as the tables of other libraries: one column a number."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import closest, shown
from nodescope.errors import InputError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Column = NDArray[Any]


class Tabular:
    """What has columns and can say each number of them by name."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    @abstractmethod
    def layers(self) -> Sequence["Tabular"]:
        """The same steps of each layer."""

    @abstractmethod
    def read(self, *names: str) -> dict[str, Any]:
        """Columns by name; all of them unless some are named."""

    @abstractmethod
    def flat(self) -> dict[str, Column]:
        """A column a number: `weight[flipper_length_mm]`, `layers[0].weight[3, 1]`."""

    def refuse_unknown(self, names: Iterable[str], within: bool = False) -> None:
        """Raise InputError for a column that is not there.

        Parameters
        ----------
        names : iterable of str
            Of columns; the first that is not there is named in the message.
        within : bool
            Whether a column of any layer will do.

        Raises
        ------
        InputError
            It says which columns there are, and which is meant.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:3].refuse_unknown(["weight", "delta"])
        """
        of_layers = [name for layer in self.layers if within for name in layer.columns]
        there = tuple(dict.fromkeys([*self.columns, *of_layers]))
        for name in names:
            if not isinstance(name, str) or name not in there:
                near = closest(name[:99], there) if isinstance(name, str) else None
                hint = f"did you mean {near!r}? " if near is not None else ""
                raise InputError(f"there is no column {shown(name)}; {hint}The columns are {', '.join(there)}")

    def to_arrow(self) -> "pyarrow.Table":
        """As a pyarrow Table, one column a number.

        Returns
        -------
        pyarrow.Table
            A row for each step.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:3].to_arrow().column_names[:2]
        ['step', 'epoch']
        """
        import pyarrow

        return pyarrow.table({name: np.ascontiguousarray(column) for name, column in self.flat().items()})

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The same for any library that reads Arrow streams: polars.DataFrame(window), pyarrow.table(window)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> "pandas.DataFrame":
        """As a pandas DataFrame, one column a number.

        Returns
        -------
        pandas.DataFrame
            A row for each step.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:3].to_pandas().shape
        (3, 13)
        """
        import pandas

        return pandas.DataFrame(self.flat())

    def to_polars(self) -> "polars.DataFrame":
        """As a polars DataFrame, one column a number.

        Returns
        -------
        polars.DataFrame
            A row for each step.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:3].to_polars().shape
        (3, 13)
        """
        import polars

        return polars.DataFrame({name: np.ascontiguousarray(column) for name, column in self.flat().items()})
