"""Sweeps of the local page that a kill or a stop left unfinished: listed by the next page, gone on with to the same table."""

import errno
import html
import json
import re
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import until
from diagnosis.swept import same
from hosts.conftest import Page, serving
from hosts.test_run_ways import TABLE, fitted

import nodescope as ns
from nodescope.diagnosis.sweeps.journal import unfinished_of
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.diagnosis.sweeps.told import as_text
from nodescope.errors import InputError
from nodescope.hosts import caps, sweep_job, sweep_page
from nodescope.hosts.job import summary_of
from nodescope.hosts.summary import Summary
from nodescope.run.file.lock import Lock

FORM = {"from": "0.01", "to": "0.1", "values": "2", "spacing": "even", "over": "seed", "seed": "0:3", "steps": "100000"}


def begun(page: Page) -> Any:
    """A sweep over a table that was sent to the page, once some of its runs are done; its job."""
    run = fitted(page, TABLE.encode(), rule="adam", batch="1", alpha="0.1", order="shuffled")
    where = page.post(f"{run}/sweep", urlencode(FORM).encode()).headers["location"]
    job = page.desk.jobs.sweep(int(where.rsplit("/", 1)[1]))
    until(lambda: job.made[0])
    return job


def killed(job: Any, folder: Path) -> Path:
    """What a kill at this moment leaves of what is kept."""
    assert not job.done
    shutil.copytree(job.to.parent, folder)
    assert 0 < json.loads((folder / f".{job.to.name}.unfinished").read_bytes().split(b"\n")[0])["rows"] == 6
    return folder


def listed(page: Page) -> list[str]:
    """Where unfinished sweeps are, by the list of runs."""
    rows = re.findall(r"<tr.*?</tr>", page.get("/").text)
    return [re.findall(r'href="([^"]+)"', row)[0] for row in rows if "unfinished: " in row]


def test_what_a_killed_page_left_goes_on_to_the_same_table(tmp_path: Path) -> None:
    with serving(kept=tmp_path / "kept") as page:
        job = begun(page)
        left = killed(job, tmp_path / "left")
        with serving(kept=tmp_path / "kept") as other:
            assert listed(other) == [], "one that another page is at is that page's"
    with serving(kept=left) as page:
        (where,) = listed(page)
        job = page.desk.jobs.sweep(int(where.rsplit("/", 1)[1]))
        done = job.made[0]
        assert 0 < done < 6
        assert f"unfinished: {done} of 6 runs are done" in page.get("/").text
        text = html.unescape(page.get(where).text)
        assert f"Go on with the {6 - done} that are left" in text
        assert f"{done} of them were done when it was stopped" in text
        page.post(f"{where}/go-on")
        assert "Go on" not in page.done(where).text
        made = job.opened_sweep()
        same(made, ns.sweep(**made.grid.fixed, **{axis.name: axis.values for axis in made.grid.axes}))
        assert not [path.name for path in left.iterdir() if "unfinished" in path.name]
    with serving(kept=left) as page:
        assert listed(page) == []
        (where,) = set(re.findall(r"/sweep/\d+", page.get("/").text))
        assert page.done(page.get(f"{where}/row/3").headers["location"]).status == 200, "its table is kept with it"


def test_one_that_is_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    with serving(kept=tmp_path / "kept") as page:
        job = begun(page)
        page.post(f"{job.place}/stop")
        page.done(job.place)
        done = job.opened_sweep().done
        assert 0 < done < 6
        page.post(f"{job.place}/go-on")
        assert page.post(f"{job.place}/go-on").status == 303, "asked twice it goes on once"
        page.done(job.place)
        assert job.opened_sweep().done == 6
        assert page.post("/sweep/99/go-on").status == 404
        assert page.post("/run/1/go-on").status == 404


def test_one_that_is_taken_out_of_the_queue_is_left_as_it_was(tmp_path: Path) -> None:
    may_end = threading.Event()

    def busy() -> Any:
        may_end.wait(60)
        raise InputError("it was only in the way")

    with serving(kept=tmp_path / "kept") as page:
        job = begun(page)
        page.post(f"{job.place}/stop")
        page.done(job.place)
        left = 6 - job.opened_sweep().done
        for _ in range(caps.SEATS):
            page.desk.jobs.start("busy", busy)
        page.post(f"{job.place}/go-on")
        page.post(f"{job.place}/stop")
        may_end.set()
        assert f"Go on with the {left} that are left" in page.get(job.place).text
        page.post(f"{job.place}/go-on")
        page.done(job.place)
        assert job.opened_sweep().done == 6


def test_who_looks_at_what_was_left_waits_for_others_who_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking: list[int] = []
    left_at = sweep_job.left_at

    def slowly(*given: Any) -> Any:
        looking.append(1)
        assert len(looking) == 1
        time.sleep(0.05)
        looking.pop()
        return left_at(*given)

    with serving(kept=tmp_path / "kept") as page:
        job = begun(page)
        page.post(f"{job.place}/stop")
        page.done(job.place)
        job.swept = None  # as after a kill
        monkeypatch.setattr(sweep_job, "left_at", slowly)
        with ThreadPoolExecutor(3) as three:
            assert len({swept.done for swept in three.map(lambda _: job.opened_sweep(), range(3))}) == 1


def test_what_another_page_goes_on_with_is_not_deleted_to_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(kept=tmp_path / "kept") as page:
        left = killed(begun(page), tmp_path / "left")
    with serving(kept=left) as page:
        (where,) = listed(page)
        job = page.desk.jobs.sweep(int(where.rsplit("/", 1)[1]))
        kept = [file for file in job.files if file.exists()]
        monkeypatch.setattr(caps, "MOST_RUNS", 0)
        other = Lock(job.to, unfinished_of(job.to))
        page.desk.jobs._forget_oldest()
        other.leave()
        assert len(kept) > 2
        assert all(file.exists() for file in kept)


def test_one_that_is_whole_is_told_so_though_a_kill_came_before_its_summary(tmp_path: Path) -> None:
    with serving(kept=tmp_path) as page:
        job = begun(page)
        until(lambda: job.file is not None and job.told is not None)
        place = summary_of(job.to)
        whole = json.loads(place.read_text())
    place.write_text(
        json.dumps(whole | {"sentence": "unfinished: 0 of 6 runs are done", "settings": as_text(Sweep.load(job.to).grid)})
    )
    for _ in range(2):
        with serving(kept=tmp_path) as page:
            assert listed(page) == []
    assert json.loads(place.read_text()) == whole


def test_a_way_to_its_file_is_offered_where_all_its_rows_are_there() -> None:
    swept = ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.2], steps=3)
    left: Any = SimpleNamespace(left=True, place="/sweep/1", why_left="", unkept="")
    assert "<button>Finish its file: all its runs are done</button>" in sweep_page._go_on(left, swept)
    left.left = False
    assert sweep_page._go_on(left, swept) == ""


def test_what_is_told_of_one_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(self: Path, text: str, **_: str) -> None:
        self.write_bytes(text.encode()[:9])
        raise OSError(errno.ENOSPC, "no room")

    place, told = tmp_path / "a.json", Summary(3, "", sentence="three steps")
    told.write(place, "a", settings="all of them")
    monkeypatch.setattr(Path, "write_text", torn)
    with pytest.raises(ns.FileError, match="cannot be written"):
        told.write(place, "b")
    assert json.loads(place.read_bytes())["settings"] == "all of them"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_without_a_folder_of_runs_too() -> None:
    with serving() as page:
        job = begun(page)
        page.post(f"{job.place}/stop")
        page.done(job.place)
        page.post(f"{job.place}/go-on")
        page.done(job.place)
        assert job.opened_sweep().done == 6


@pytest.mark.parametrize("settings", ["", "{", "[]", '{"hidden": null, "settings": {"os": 2}}', '{"hidden": 1, "settings": 7}'])
def test_what_is_written_beside_it_is_believed_as_little_as_any_form(settings: str, tmp_path: Path) -> None:
    with serving(kept=tmp_path / "kept") as page:
        left = killed(begun(page), tmp_path / "left")
    (beside,) = [path for path in left.glob("*.json") if "settings" in path.read_text()]
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"settings": settings}))
    with serving(kept=left) as page:
        (where,) = listed(page)
        assert page.get(where).status == 410
        text = page.post(f"{where}/go-on")
        assert text.status in (303, 400)
        assert "nodescope itself failed" not in page.done(where).text


def test_a_torn_block_is_not_counted_and_neither_endless_rows_nor_a_pipe_are_taken(tmp_path: Path) -> None:
    import os

    with serving(kept=tmp_path / "kept") as page:
        left = killed(begun(page), tmp_path / "left")
    (place,) = left.glob(".*.unfinished")
    place.write_bytes(place.read_bytes() + b"\0" * 9)
    with serving(kept=left) as page:
        assert len(listed(page)) == 1
    place.write_bytes(b'{"sweep": "", "rows": Infinity}\n')
    with serving(kept=left) as page:
        assert listed(page) == []
    place.unlink()
    os.mkfifo(place)
    with serving(kept=left) as page:
        assert listed(page) == []


def test_a_going_on_that_fails_says_why_and_can_be_asked_for_again(tmp_path: Path) -> None:
    """Its table is gone: that is no lack of room, and what is done stays where it was."""
    with serving(kept=tmp_path / "kept") as page:
        left = killed(begun(page), tmp_path / "left")
    (table,) = (tmp_path / "kept").glob("*.table.*")
    with serving(kept=left) as page:
        (where,) = listed(page)
        was = table.read_bytes()
        table.unlink()
        page.post(f"{where}/go-on")
        text = html.unescape(page.done(where).text)
        assert table.name in text
        assert "Go on" in text
        assert listed(page) == [where]
        assert list(left.glob(".*.unfinished"))
        table.write_bytes(was)
        page.post(f"{where}/go-on")
        assert "Go on" not in page.done(where).text
        assert page.desk.jobs.sweep(int(where.rsplit("/", 1)[1])).opened_sweep().done == 6


@pytest.mark.parametrize(
    ("number", "keeps"), [(errno.ENOSPC, False), (errno.EROFS, False), (errno.ENOENT, True), (errno.EBADF, True)]
)
def test_only_where_nothing_can_be_written_are_rows_in_memory_alone(
    number: int, keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the page says so, and by what."""
    asked: list[Any] = []

    def refused(tell: Any, *, out: Any = None, **more: Any) -> Any:
        asked.append(out)
        if out is not None:
            raise ns.FileError("rows.parquet cannot be written: it is so") from OSError(number, "it is so")
        return made(tell, **more)

    made = sweep_job.sweep_with
    monkeypatch.setattr(sweep_job, "sweep_with", refused)
    with serving(kept=tmp_path) as page:
        run = fitted(page, TABLE.encode(), rule="adam", batch="1", alpha="0.1", order="shuffled")
        page.post(f"{run}/sweep", urlencode(FORM | {"steps": "10"}).encode())
        text = page.done("/sweep/2").text
        assert "rows.parquet cannot be written: it is so" in text
        assert ("It is in memory alone, and gone when nodescope ends" in text) is not keeps
    assert len(asked) == (1 if keeps else 2)
