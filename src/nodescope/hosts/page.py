"""`nodescope open`: the local page. Routes only: `guard.py` says who may speak, `pages.py` what is shown, `jobs.py` runs."""

import contextlib
import email.parser
import email.policy
import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from nodescope.data.columns import Bad
from nodescope.data.table import open_table
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import pages
from nodescope.hosts.file import bundle
from nodescope.hosts.guard import Guard
from nodescope.hosts.jobs import Job, Jobs
from nodescope.run.recipe import fitting_network, make_recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

MOST_STEPS = 10**9
MOST_TABLES = 20


@dataclass(eq=False)
class Desk:
    """What a local page has: its runs, its tables (files in a folder that goes away with it)."""

    folder: Path
    jobs: Jobs = field(default_factory=Jobs)
    tables: list[Path] = field(default_factory=list)

    def keep_table(self, name: str, content: bytes) -> int:
        """Put an uploaded table down; its number."""
        if len(self.tables) >= MOST_TABLES:
            raise InputError(f"{MOST_TABLES} tables are open; start nodescope again to open more")
        safe = re.sub(r"[^\w.-]+", "_", Path(name).name)[-60:].lstrip(".") or "table.csv"
        place = self.folder / str(len(self.tables))
        place.mkdir()
        (place / safe).write_bytes(content)
        open_table(place / safe)
        self.tables.append(place / safe)
        return len(self.tables) - 1


@contextlib.contextmanager
def served(run: Run | Recorded | None = None, table: Path | None = None, port: int = 0) -> Iterator[tuple[Guard, socket.socket]]:
    """The guarded application and its bound socket; at the end its runs are stopped and its folder is gone."""
    with tempfile.TemporaryDirectory(prefix="nodescope-") as folder, socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        desk, home = Desk(Path(folder)), "/"
        if run is not None:
            home = f"/run/{desk.jobs.add('the run opened', run).number}"
        if table is not None:
            open_table(table)
            desk.tables.append(table)
            home = "/table/0"
        try:
            yield Guard(application(desk), bound.getsockname()[1], home=home), bound
        finally:
            desk.jobs.stop()


def serve(guard: Guard, bound: socket.socket) -> None:
    """Answer until Ctrl-C."""
    import uvicorn

    settings = uvicorn.Config(
        guard,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(settings).run(sockets=[bound])


def application(desk: Desk) -> Starlette:
    """The routes."""

    async def start(_request: Request) -> Response:
        return HTMLResponse(pages.start(desk.jobs))

    async def run_numbers(request: Request) -> Response:
        body = await request.body()
        try:
            job = desk.jobs.start("a node", make_recipe(**_numbers(_form(body))))
        except NodescopeError as error:
            return HTMLResponse(pages.start(desk.jobs, str(error)), 400)
        return await _soon(job)

    async def take_table(request: Request) -> Response:
        try:
            name, content = _upload(request.headers.get("content-type", ""), await request.body())
            number = await run_in_threadpool(desk.keep_table, name, content)
        except NodescopeError as error:
            return HTMLResponse(pages.start(desk.jobs, _without(str(error), desk.folder)), 400)
        return RedirectResponse(f"/table/{number}", 303)

    async def table(request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(desk.tables):
            return _nothing()
        path, form = desk.tables[number], _form_or_none(await request.body())
        names, numbers, others = await run_in_threadpool(_looked_through, path)
        if request.method != "POST":
            return HTMLResponse(pages.columns(number, path.name, numbers, others, {}))
        try:
            keywords = {"data": str(path), **_fit(form, names)}
            job = desk.jobs.start(path.name, await run_in_threadpool(lambda: make_recipe(**_with_network(form, keywords))))
        except NodescopeError as error:
            return HTMLResponse(pages.columns(number, path.name, numbers, others, form, _without(str(error), desk.folder)), 400)
        return await _soon(job)

    async def run(request: Request) -> Response:
        job = desk.jobs.get(request.path_params["number"])
        if job is None:
            return _nothing()
        if job.failed:
            return HTMLResponse(pages.failed(job))
        return HTMLResponse(pages.on_its_way(job) if job.run is None else await run_in_threadpool(pages.view, job.run))

    async def stop(request: Request) -> Response:
        job = desk.jobs.get(request.path_params["number"])
        if job is None:
            return _nothing()
        job.stop()
        return await _soon(job)

    async def static(request: Request) -> Response:
        found = _STATIC.get(request.path_params["name"])
        return _nothing() if found is None else Response(found[0](), media_type=found[1])

    return Starlette(
        routes=[
            Route("/", start, methods=["GET"]),
            Route("/run", run_numbers, methods=["POST"]),
            Route("/run/{number:int}", run, methods=["GET"]),
            Route("/run/{number:int}/stop", stop, methods=["POST"]),
            Route("/table", take_table, methods=["POST"]),
            Route("/table/{number:int}", table, methods=["GET", "POST"]),
            Route("/static/{name}", static, methods=["GET"]),
        ]
    )


def _css() -> str:
    from importlib.resources import files

    return files("nodescope.hosts").joinpath("static", "start.css").read_text(encoding="utf-8")


_STATIC: dict[str, tuple[Callable[[], str], str]] = {"nodescope.js": (bundle, "text/javascript"), "start.css": (_css, "text/css")}


async def _soon(job: Job) -> Response:
    """To the run's page; a short run is waited for, so that it is there at once."""
    if job.thread is not None:
        await run_in_threadpool(job.thread.join, 0.3)
    return RedirectResponse(f"/run/{job.number}", 303)


def _nothing() -> Response:
    return HTMLResponse(
        pages.whole("nodescope", '<main class="start"><h1>There is nothing here</h1><p><a href="/">Back</a></p></main>'), 404
    )


def _without(message: str, folder: Path) -> str:
    """A message without the folder that uploads are put in."""
    return re.sub(re.escape(str(folder)) + r"/\d+/", "", message)


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20_000)
    except ValueError as error:
        raise InputError("the form cannot be read") from error


def _form_or_none(body: bytes) -> dict[str, list[str]]:
    try:
        return _form(body)
    except InputError:
        return {}


def _looked_through(path: Path) -> tuple[list[str], dict[int, str], list[str]]:
    """All names of a table; those of columns of numbers, by place; and the others."""
    opened = open_table(path)
    columns = opened.read(opened.names)
    numbers = {i: name for i, name in enumerate(opened.names) if not isinstance(columns[i], Bad)}
    return list(opened.names), numbers, [name for i, name in enumerate(opened.names) if i not in numbers]


def _upload(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Name and content of the one file in a multipart form (RFC 7578)."""
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    for part in message.iter_parts() if message.is_multipart() else ():
        content = part.get_payload(decode=True)
        if part.get_filename() and isinstance(content, bytes) and content:
            return str(part.get_filename()), content
    raise InputError("no file came with the form; choose a CSV or Parquet file")


def _numbers(form: dict[str, list[str]]) -> dict[str, Any]:
    """Keywords from typed numbers: 0.4, or 0,1,2."""
    keywords: dict[str, Any] = {}
    for name in ("weight", "input", "goal", "alpha"):
        text = form.get(name, [""])[0].strip()
        if text and not (name == "alpha" and text == "auto"):
            keywords[name] = _typed(name, text)
    steps = form.get("steps", [""])[0].strip()
    if steps:
        keywords["steps"] = _most("steps", _typed("steps", steps))
    return keywords


def _typed(name: str, text: str) -> object:
    try:
        parts = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"{name} is {text[:60]!r}; it must be a number, or a list such as 0,1,2") from error
    return parts[0] if len(parts) == 1 else parts


def _most(name: str, value: object) -> object:
    if isinstance(value, float) and value > MOST_STEPS:
        raise InputError(f"{name} is {value:g}; this page makes at most {MOST_STEPS:,}")
    return value


def _fit(form: dict[str, list[str]], names: list[str]) -> dict[str, Any]:
    """Keywords from the choice of columns."""
    goal = _column(form.get("goal", [""])[0], names)
    inputs = [column for text in form.get("input", []) if (column := _column(text, names)) != goal]
    alpha, batch = form.get("alpha", ["auto"])[0].strip(), form.get("batch", ["all"])[0]
    return {
        "goal": goal,
        "inputs": inputs,
        "standardise": "standardise" in form,
        "missing": "drop" if "missing" in form else "refuse",
        "holdout": _typed("holdout", form.get("holdout", ["0"])[0]),
        "alpha": alpha if alpha == "auto" else _typed("alpha", alpha),
        "epochs": _most("epochs", _typed("epochs", form.get("epochs", ["20"])[0])),
        "rule": form.get("rule", ["plain"])[0],
        "batch": "all" if batch == "all" else _typed("batch", batch),
    }


def _with_network(form: dict[str, list[str]], keywords: dict[str, Any]) -> dict[str, Any]:
    """Keywords with layers of nodes, where hidden ones are asked for."""
    hidden = form.get("hidden", [""])[0].strip()
    if not hidden:
        return keywords
    try:
        sizes = [int(part) for part in hidden.split(",")]
    except ValueError as error:
        raise InputError(f"hidden nodes are {hidden[:60]!r}; give a whole number for each layer, such as 8,8") from error
    return {**keywords, "network": fitting_network(keywords, sizes, activation=form.get("activation", ["tanh"])[0])}


def _column(text: str, names: list[str]) -> str:
    if not text.isdigit() or int(text) >= len(names):
        raise InputError(f"there is no column {text[:60]!r}; choose one of the {len(names)} shown")
    return names[int(text)]
