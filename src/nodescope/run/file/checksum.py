"""Checksums of a run file's parts, one for each header, array and for all checkpoints: what was changed from outside is named.

The checksum of a part is the sum of those of its rows, so that rows are added to it as they are written, in whatever order they
are read again. It is no signature: it tells damage, not who made it.
"""

from collections.abc import Mapping
from hashlib import blake2b

BYTES = 8
RECORDS = "record "
"""How the names of the arrays begin that are one part together: an observed run has thousands."""

Sums = dict[str, int]


def add(sums: Sums, table: str, name: object, *fields: object) -> None:
    """Add a row of a table to the part that it belongs to."""
    part = part_of(table, name)
    sums[part] = (sums.get(part, 0) + _of_row(name, *fields)) % 2 ** (8 * BYTES)


def part_of(table: str, name: object) -> str:
    """What a row of a table is a part of."""
    if table == "checkpoint":
        return "checkpoints"
    return "records" if table == "array" and str(name).startswith(RECORDS) else f"{table} {name}"


def as_text(sums: Mapping[str, int]) -> dict[str, str]:
    """As they stand in the file."""
    return {part: f"{value:0{2 * BYTES}x}" for part, value in sums.items()}


def from_text(told: Mapping[str, str]) -> Sums:
    """As they stood in the file."""
    return {part: int(value, 16) for part, value in told.items()}


def refuse_changed(sums: Mapping[str, int], told: Mapping[str, str]) -> None:
    """Raise ValueError naming the first parts that are not what was written."""
    seen = as_text(sums)
    changed = sorted(part for part in {*seen, *told} if seen.get(part) != told.get(part))
    if changed:
        raise ValueError(f"{', '.join(changed[:3])} changed after it was written, or only in part (another checksum)")


def _of_row(*fields: object) -> int:
    seen = blake2b(digest_size=BYTES)
    for field in fields:
        content = field if isinstance(field, bytes) else str(field).encode(errors="surrogatepass")
        seen.update(b"%s %d " % (type(field).__name__.encode(), len(content)))
        seen.update(content)
    return int.from_bytes(seen.digest())
