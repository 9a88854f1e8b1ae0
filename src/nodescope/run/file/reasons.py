"""Why the disk, or SQLite, would not have it: in words that say what to do."""

import errno

_FULL = "the disk is full; make room, or name a file on another disk"
_READ_ONLY = "the disk or folder is read-only; name a file elsewhere"
_OF_THE_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "your share of the disk is used up; make room, or name a file on another disk",
    errno.EFBIG: "files of that size are not allowed; name a file on another disk",
    errno.EROFS: _READ_ONLY,
}
_SQLITE_READONLY, _SQLITE_FULL = 8, 13
"""SQLite's result codes, which never change; the module is not imported where no run file is read."""
_OF_SQLITE = {
    _SQLITE_FULL: _FULL,
    _SQLITE_READONLY: "it, or its folder, is read-only; name a file elsewhere, or copy it there",
}


def reason(error: Exception) -> str:
    """What stands behind "cannot be written: "; in the words of whoever said it where there are no better ones."""
    if isinstance(error, OSError):
        return _OF_THE_SYSTEM.get(error.errno or 0) or error.strerror or str(error)
    return _OF_SQLITE.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF) or str(error)
