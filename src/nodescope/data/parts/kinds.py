"""What kind of table a value is, told without looking into it: one file, or what only pieces are read from."""

import os
from os import PathLike
from typing import Any


def is_dataset(value: object) -> bool:
    """Whether it is a pyarrow dataset."""
    return type(value).__module__.startswith("pyarrow._dataset") and hasattr(value, "get_fragments")


def is_lazy(value: object) -> bool:
    """Whether it is a polars LazyFrame."""
    return type(value).__module__.startswith("polars") and type(value).__name__ == "LazyFrame"


def is_elsewhere(text: str) -> bool:
    """Whether it is an address: s3://…, file://…"""
    return "://" in text


def is_pattern(text: str) -> bool:
    """Whether it may mean several files."""
    return any(mark in text for mark in "*?[")


def is_several(data: Any) -> bool:
    """Whether it is a table that only pieces are read from: files in a folder, of a pattern or a list, a dataset, an address."""
    if is_dataset(data) or is_lazy(data):
        return True
    if isinstance(data, list | tuple):
        return bool(data) and all(isinstance(each, str | PathLike) for each in data)
    if not isinstance(data, str | PathLike):
        return False
    try:
        text = os.fspath(data)
        return is_elsewhere(text) or os.path.isdir(text) or (is_pattern(text) and not os.path.exists(text))
    except Exception:  # somebody's own class, a zero byte
        return False
