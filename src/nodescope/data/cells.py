"""What the text in a cell may mean where a number should be, and what to do about it."""

import re

_LETTERS = r"[^\W\d_]{1,12}[²³\d]?"
_UNIT = re.compile(
    r"[+-]?(?:[$€£¥]|[A-Z]{3})\s?[+-]?[\d.,' ]*\d"
    rf"|[+-]?\d[\d.,' ]*\s?(?:{_LETTERS}(?:/{_LETTERS})?|[$€£¥%°‰]\s?[A-Z]?)"
)
_DATE = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}/\d{1,2}/\d{1,2})(?:[T ].*)?")
_COMMA = re.compile(r"[+-]?\d*,\d+")
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:[,. '\u00a0\u202f\u2019]\d{3})+(?:[.,]\d+)?")
NAMES = {
    "date": 'write it as 2020-12-31 and give dates=["year", "month", "weekday", "days"], or leave the column out',
    "unit": "write the number alone and put the unit into the column's name, or leave the column out",
    "comma": 'give decimal="," if the comma is a decimal comma, thousands="," if it divides thousands; or leave the column out',
    "groups": 'say what divides the thousands (thousands="space", decimal=","), or leave the column out',
}
PLAIN = "correct the cell, or leave the column out"


def meaning(text: str) -> str:
    """ "date", "comma", "groups", "unit" or "text"."""
    text = text.strip()
    for kind, form in (("date", _DATE), ("comma", _COMMA), ("groups", _GROUPS), ("unit", _UNIT)):
        if len(text) <= 60 and form.fullmatch(text):
            return kind
    return "text"


def remedy(text: str) -> str:
    """What to do about a cell that holds this text in place of a number."""
    return NAMES.get(meaning(text), PLAIN)
