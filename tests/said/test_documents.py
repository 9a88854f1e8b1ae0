"""What is the same of two documents: words, and numbers but for rounding; what is 0 is left out, and so may rounding be."""

import pytest
from said.documents import differences


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"a": 1.0, "b": "3 steps"}, {"a": 1.00001, "b": "3 steps"}, []),
        ({"a": 1.0}, {"a": 1.001}, ["a was 1.0, is 1.001"]),
        ({"a": {"b": "3 steps"}}, {"a": {"b": "4 steps"}}, ["a.b was '3 steps', is '4 steps'"]),
        ({"a": 2.6e-16}, {}, []),
        ({}, {"a": -2.6e-16}, []),
        ({}, {"a": 1e-9}, ["a was None, is 1e-09"]),
        ({"a": True}, {}, ["a was True, is None"]),
        ({"a": ""}, {}, ["a was '', is None"]),
        ([0.0, 1], [1e-13, 1], []),
        ([1], [1, 2], [" was [1], is [1, 2]"]),
    ],
)
def test_what_changed_is_told(before, now, told):
    assert [*differences(before, now)] == told
