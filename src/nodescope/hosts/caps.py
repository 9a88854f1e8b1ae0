"""What the local page takes at most, so that no request and no file can use up the machine: every bound in one place."""

SEATS = 2
"""Runs at once; the others wait."""
MOST_WAITING = 100
MOST_RUNS = 200
"""Finished ones; the oldest are forgotten."""
MOST_TABLES = 200
MOST_DISK = 2 * 2**30
"""Bytes of the page's folder for tables, and as many for runs."""

MOST_BODY = 64 * 2**20
"""Bytes of an upload."""
MOST_DRAINED = 2**30
"""Bytes: a longer body is refused unread, which some browsers show as a broken connection and not as our sentence."""
MOST_FORM = 2**20
"""Bytes of a form that brings no file."""
MOST_FIELDS = 20_000
MOST_HEAD = 16 * 2**10
"""Bytes of a request's line and headers."""
MOST_SOCKETS = 256

MOST_NUMBERS = 2_000_000
"""Of a table: rows × columns."""
MOST_UNPACKED = 128 * 2**20
"""Bytes that a compressed table says it unpacks to."""
MOST_COLUMNS = 10_000
MOST_STEPS = 10**9
MOST_WEIGHTS = 1_000_000

HEAD_SECONDS = 10.0
"""For a request's line and headers, from the connection or the first byte on."""
PAUSE_SECONDS = 10.0
"""Between two parts of a body."""
BODY_SECONDS = 120.0
ANSWER_SECONDS = 60.0
"""For a browser to take an answer."""
EXPECTED_SECONDS = 0.3
"""A run this short is waited for, so that it is shown at once."""
