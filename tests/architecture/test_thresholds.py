"""The page of thresholds says where the code draws its lines (docs/reference/thresholds.md)."""

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from thresholds import Line, lines, written

WRITTEN = list(written())


def test_every_number_with_a_name_is_on_the_page():
    assert [(line.module, line.name) for line in WRITTEN] == [(line.module, line.name) for line in lines()]
    assert len(WRITTEN) > 200


@pytest.mark.parametrize("line", WRITTEN, ids=lambda line: f"{line.module}.{line.name}")
def test_it_is_what_the_page_says(line: Line):
    assert getattr(importlib.import_module(line.module), line.name) == eval(line.value)
