"""The one file in a multipart form (RFC 7578), written to disk as it comes: no more than a part of it is ever in memory."""

import re
from pathlib import Path
from typing import BinaryIO

from nodescope.errors import InputError

MOST_PART_HEAD = 16 * 2**10
"""Bytes of what stands before a part's content."""
_NO_FILE = "no file came with the form; choose a CSV or Parquet file"


class Upload:
    """Fed with a request's body, piece by piece.

    Parameters
    ----------
    content_type : str
        The request's, which names what stands between the parts.
    file : binary file
        Takes the content.

    Attributes
    ----------
    name : str
        What the browser calls the file.
    """

    def __init__(self, content_type: str, file: BinaryIO) -> None:
        found = re.search(r'multipart/form-data;.*\bboundary="?([^";,\s]{1,70})"?', content_type, re.IGNORECASE | re.ASCII)
        self._mark = b"\r\n--" + (found[1] if found else "").encode("latin-1", "replace")
        self._held = b"\r\n"
        self._file = file
        self._in_head = self._taking = False
        # what follows the last mark is let go, and all of it where nothing says what the mark is
        self._ended = found is None
        self.name = ""

    def feed(self, data: bytes) -> None:
        """Take the next piece of what is sent."""
        if self._ended:
            return
        self._held += data
        while self._head() if self._in_head else self._content():
            pass

    def finish(self) -> None:
        """Raise InputError where no file came, or not all of it."""
        if not self.name:
            raise InputError(_NO_FILE)
        if not self._ended:
            raise InputError("the upload broke off before the file's end; choose the file again")

    def _content(self) -> bool:
        """Write what is certain not to be the next mark; True where it was reached."""
        at = self._held.find(self._mark)
        kept = at if at >= 0 else max(0, len(self._held) - len(self._mark) + 1)
        if self._taking:
            self._file.write(self._held[:kept])
        self._held = self._held[kept:]
        if at < 0:
            return False
        self._held = self._held[len(self._mark) :]
        self._in_head, self._taking = True, False
        return True

    def _head(self) -> bool:
        """Read a part's name; True where its content follows."""
        if self._held.startswith(b"--"):
            self._ended = True
            return False
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            if len(self._held) > MOST_PART_HEAD:
                raise InputError(_NO_FILE)
            return False
        name = _file_name(self._held[:end].decode("utf-8", "replace"))
        self._held = self._held[end + 4 :]
        self._in_head = False
        if name and not self.name:
            self.name, self._taking = name, True
        return True


def _file_name(head: str) -> str:
    found = re.search(r'^content-disposition:.*[;\s]filename="((?:[^"\\\r\n]|\\.)*)"', head, re.IGNORECASE | re.MULTILINE)
    return "" if found is None else found[1]


def safe_name(name: str) -> str:
    """The file's own name as one that any system takes; folders in it are left out."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.-]+", "_", Path(last).name)[-60:].lstrip(".") or "table.csv"
