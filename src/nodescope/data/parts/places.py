"""Where files are: on this machine, or wherever pyarrow's file systems reach (s3://, gs://, hdfs://)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from nodescope.data.columns import first_line
from nodescope.errors import DataChanged, FileError, InputError

SUFFIXES = {".parquet": "Parquet", ".pq": "Parquet", ".arrow": "Arrow", ".feather": "Arrow", ".ipc": "Arrow"}


@dataclass(frozen=True)
class Place:
    """One file.

    Attributes
    ----------
    system : pyarrow.fs.FileSystem
    path : str
        As the file system has it.
    shown : str
        What messages call it.
    size, changed : int
        Bytes, and the moment of its last change, when it was first looked at.
    """

    system: Any
    path: str
    shown: str
    size: int
    changed: int

    def open(self) -> Any:
        """Open it for reading anywhere.

        Raises
        ------
        FileError
            It is not there, or cannot be read.
        DataChanged
            It is not what it was when it was first looked at.
        """
        with reading(self.shown):
            info = self.system.get_file_info(self.path)
            if not info.is_file:
                raise FileError(f"{self.shown} is not there any more; put it back")
            if (info.size, info.mtime_ns or 0) != (self.size, self.changed):
                raise DataChanged(f"{self.shown} has been changed since it was first read; put the old file back, or run it anew")
            return self.system.open_input_file(self.path)

    @property
    def local(self) -> Path | None:
        """Its path on this machine."""
        return Path(self.path) if self.system.type_name == "local" else None

    def head(self) -> bytes:
        """The first bytes of it."""
        with self.open() as file:
            return bytes(file.read(8))


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Whatever another library raises while it reads, in one sentence."""
    try:
        yield
    except (InputError, FileError, DataChanged):
        raise
    except MemoryError as error:
        raise InputError(f"{where} takes more memory than there is; choose fewer columns, or write smaller row groups") from error
    except OSError as error:
        reason = "it is not there" if isinstance(error, FileNotFoundError) else error.strerror or first_line(error)
        raise FileError(f"{where} cannot be read: {reason}; check the path") from error
    except Exception as error:  # of pyarrow, and of what it reads
        raise InputError(f"{where} is damaged: {first_line(error)}; write it again") from error


def system_of(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    import pyarrow as pa
    from pyarrow import fs

    if with_password := re.match(r"([^/]*://)[^/@]*:[^/@]*@", address):
        shown = f"{with_password[1]}…@{address[with_password.end() :]}"
        raise InputError(
            f"the address {shown} has a password in it, which would stand in messages and run files; leave it out, and give it "
            "by the environment (of S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
        )
    if address.startswith("file://"):
        return fs.LocalFileSystem(), unquote(urlsplit(address).path)
    with reading(address):
        try:
            system, path = fs.FileSystem.from_uri(address)
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{address} is no address that pyarrow can read ({first_line(error)}); "
                "give a path, or s3://bucket/folder and its kin"
            ) from error
        return system, path


def place_of(system: Any, path: str, shown: str) -> Place:
    """A file that has to be there."""
    with reading(shown):
        info = system.get_file_info(path)
    if not info.is_file:
        raise FileError(f"{shown} cannot be read: No such file; check the path")
    return Place(system, path, shown, info.size, info.mtime_ns or 0)


def files_in(system: Any, folder: str, shown: str) -> list[Place]:
    """The files of a folder and of those in it, in the order of their paths; hidden ones are left out."""
    files = list(_files(system, folder, shown, recursive=True))
    if not files:
        raise InputError(f"{shown} is a folder without files; put the table's files there, or name another")
    return [place for place, _ in files]


def files_like(system: Any, pattern: str, shown: str) -> list[Place]:
    """The files elsewhere that a pattern means, in the order of their paths; what begins with . or _ is left out, as in folders."""
    names = pattern.split("/")
    first = next(number for number, name in enumerate(names) if any(mark in name for mark in "*?["))
    folder, asked = "/".join(names[:first]), names[first:]
    above = "/".join(shown.split("?")[0].split("/")[: -len(asked)])
    found = _files(system, folder, above, recursive=len(asked) > 1 or "**" in asked, is_there=False)
    files = [place for place, within in found if _fits(within.split("/"), asked)]
    if not files:
        raise InputError(f"{shown} means no file; check the pattern, and the folder that it begins with")
    return files


def _fits(names: list[str], asked: list[str]) -> bool:
    """Whether a path is what a pattern asks for; `**` is any folders."""
    if not names or not asked:
        return not names and not asked
    if asked[0] == "**":
        return _fits(names, asked[1:]) or _fits(names[1:], asked)
    return fnmatchcase(names[0], asked[0]) and _fits(names[1:], asked[1:])


def _files(system: Any, folder: str, shown: str, *, recursive: bool, is_there: bool = True) -> Iterator[tuple[Place, str]]:
    """The files of a folder, with their paths in it, in the order of these; what is hidden is left out."""
    from pyarrow import fs

    with reading(shown):
        found = system.get_file_info(fs.FileSelector(folder, recursive=recursive, allow_not_found=not is_there))
    root, called = folder.rstrip("/"), shown.split("?")[0].rstrip("/")
    for info in sorted((info for info in found if info.is_file), key=lambda info: info.path):
        within = info.path[len(root) :].lstrip("/") if info.path.startswith(root) else info.path
        if not any(part.startswith((".", "_")) for part in within.split("/")):
            yield Place(system, info.path, f"{called}/{within}", info.size, info.mtime_ns or 0), within
