"""Tables that are taken in while others are: each keeps its number, and counting them does not trip over a new one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nodescope.hosts import desk as desks
from nodescope.hosts.desk import Desk


class Meeting(dict[int, Any]):
    """Whoever looks at its keys waits a moment for a second one who does so too."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def __iter__(self) -> Any:
        seen = iter(list(super().__iter__()))
        try:
            self.both.wait(0.2)
        except threading.BrokenBarrierError:
            self.both.reset()
        return seen


def test_two_tables_taken_in_together_have_two_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desks, "looked_through", lambda path: path)
    desk = Desk(tmp_path, tables=Meeting())
    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(desk.shelve, [tmp_path / "a", tmp_path / "b"]))
    assert sorted(numbers) == [0, 1]
    assert len(desk.tables) == 2


def test_a_table_that_arrives_while_they_are_counted_harms_nobody(tmp_path: Path):
    desk = Desk(tmp_path)

    def arrives() -> bool:
        desk.tables[len(desk.tables)] = SimpleNamespace(path=tmp_path / "gone")
        return False

    desk.tables[0] = SimpleNamespace(path=SimpleNamespace(exists=arrives))
    with desk.room_for(1) as place:
        assert place.is_dir()
    assert len(desk.tables) == 2
