"""What can go wrong for a reason that the user can mend: each message says what was seen, where, and the remedy."""


class NodescopeError(Exception):
    """Any failure that nodescope explains itself."""


class InputError(NodescopeError, ValueError):
    """Numbers, tables or settings that cannot be run."""


class DataChanged(NodescopeError):
    """An array is no longer what it was when the run was made, so its numbers cannot be replayed."""


class FileError(NodescopeError, OSError):
    """A file that cannot be read, written or trusted."""
