"""`nodescope open`: the local page. Routes only: `guard.py` says who may speak, `desk.py` holds what there is, `jobs.py` runs,
`forms.py` reads what was typed, `pages.py` shows. Whatever cannot be done is said on the form that asked for it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import (
    asked,
    caps,
    compare_file,
    compare_page,
    forms,
    grade_page,
    lesson_page,
    pages,
    sweep_page,
    table_page,
    toys,
)
from nodescope.hosts import start as first_page
from nodescope.hosts.advice import in_words_of, on_the_page
from nodescope.hosts.again import judged_again
from nodescope.hosts.desk import Desk
from nodescope.hosts.file import bundle
from nodescope.hosts.fit_fields import in_page_words
from nodescope.hosts.folder import own_folder
from nodescope.hosts.forms import Form
from nodescope.hosts.guard import Guard, declared_length
from nodescope.hosts.job import Job
from nodescope.hosts.job_ways import JobWays
from nodescope.hosts.offline import static
from nodescope.hosts.run_ways import RunWays, ways_of
from nodescope.hosts.showcase import SHOWN, made
from nodescope.hosts.sweep_job import SweepJob
from nodescope.hosts.sweep_ways import SweepWays
from nodescope.run.fit_plan import Plan, plan
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.values import as_json


@contextlib.contextmanager
def served(
    run: Run | Recorded | Sweep | None = None, table: Path | None = None, port: int = 0, kept: Path | None = None
) -> Iterator[tuple[Guard, socket.socket]]:
    """The guarded application and its bound socket; at the end its runs are stopped and its folder is gone, but for those kept."""
    with own_folder() as folder, socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(caps.MOST_SOCKETS)  # who asks as soon as the address is told waits, and is not refused
        desk, home = Desk(folder, kept), "/"
        try:
            if isinstance(run, Sweep):
                home = desk.jobs.hold_sweep("the sweep opened", run).place
            elif run is not None:
                home = f"/run/{desk.jobs.hold('the run opened', run).number}"
            if table is not None:
                home = f"/table/{desk.shelve(table)}"
            yield Guard(application(desk), bound.getsockname()[1], home=home), bound
        finally:
            desk.jobs.stop()


def application(desk: Desk) -> Starlette:
    """The application that answers the page's routes."""
    ask = _Answers(desk)
    return Starlette(
        routes=[
            Route("/", ask.start, methods=["GET"]),
            Route("/run", ask.run_node, methods=["POST"]),
            Route("/network", ask.run_network, methods=["POST"]),
            Route("/example/{name}", ask.example, methods=["GET"]),
            Route("/run/{number}/again", ask.again, methods=["POST"]),
            Route("/compare", ask.compare, methods=["GET"]),
            Route("/compare/export", ask.compare_file, methods=["GET"]),
            Route("/grade", ask.grade, methods=["GET", "POST"]),
            Route("/table", ask.take_table, methods=["POST"]),
            Route("/table/{number}", ask.columns, methods=["GET"]),
            Route("/table/{number}", ask.fit, methods=["POST"]),
            Route("/static/{name}", _static, methods=["GET"]),
            *JobWays(desk, {Job.kind: _shown, SweepJob.kind: sweep_page.shown}).routes(),
            *RunWays(desk).routes(),
            *SweepWays(desk).routes(),
            *lesson_page.routes(),
        ],
        exception_handlers={Exception: _failed},
    )


class _Answers:
    """What is answered at each route.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.starting = asyncio.Semaphore(1)
        """The first start page draws its cards, the others find them; none stands in the queue of the large views."""
        self.judging = asyncio.Semaphore(1)
        """Runs that are changed while somebody looks at them are judged one by one."""
        self.examples: dict[str, int] = {}
        """Runs of the start page that were opened, by name."""
        self.asking = asyncio.Semaphore(caps.SEATS)
        """Those who wait for a table to be read hold no thread."""

    async def start(self, _request: Request) -> Response:
        return await self._started()

    async def _started(self, wrong: first_page.Wrong | None = None, typed: Form | None = None, status: int = 200) -> Response:
        async with self.starting:
            return HTMLResponse(await run_in_threadpool(first_page.page, self.desk.jobs, wrong, typed), status)

    async def example(self, request: Request) -> Response:
        """One of the runs that the start page shows, opened."""
        name = request.path_params["name"]
        if name not in SHOWN:
            return asked.nothing()
        if name not in self.examples:
            run = await run_in_threadpool(made, name)
            self.examples[name] = self.desk.jobs.hold(SHOWN[name].title, run).number
        return RedirectResponse(f"/run/{self.examples[name]}", 303)

    async def run_network(self, request: Request) -> Response:
        form = forms.EMPTY
        try:
            form = await asked.form_of(request)
            name, keywords = toys.of_network(form)
            job = await self._begun(name, lambda: make_recipe(**keywords))
        except NodescopeError as error:
            return await self._start_again(error, "network", form)
        return await asked.soon(job)

    async def run_node(self, request: Request) -> Response:
        form = forms.EMPTY
        try:
            form = await asked.form_of(request)
            keywords = forms.of_node(form)
            job = await self._begun(forms.name_of_node(form), lambda: make_recipe(**keywords))
        except NodescopeError as error:
            return await self._start_again(error, "node", form)
        return await asked.soon(job)

    async def take_table(self, request: Request) -> Response:
        try:
            number = await self._shelved(request)
        except NodescopeError as error:
            return await self._start_again(error, "table", forms.EMPTY)
        return RedirectResponse(f"/table/{number}", 303)

    async def columns(self, request: Request) -> Response:
        table = self.desk.tables.get(asked.number_of(request))
        return asked.nothing() if table is None else HTMLResponse(table_page.columns(asked.number_of(request), table))

    async def fit(self, request: Request) -> Response:
        table, form = self.desk.tables.get(asked.number_of(request)), forms.EMPTY
        if table is None:
            return asked.nothing()
        try:
            form = await asked.form_of(request)
            if "look" in form:
                return await self._looked_again(asked.number_of(request), form)
            keywords = forms.of_fit(form, table.names)
            job = await self._begun(table.path.name, lambda: plan(str(table.path), **keywords))
            job.asked = (asked.number_of(request), form)
        except NodescopeError as error:
            page = table_page.columns(asked.number_of(request), table, form, in_page_words(self.desk.sentence(error)))
            return HTMLResponse(page, asked.status_of(error))
        return await asked.soon(job)

    async def _looked_again(self, number: int, form: Form) -> Response:
        """The table as the form says that it is written."""
        async with self.asking:
            await run_in_threadpool(self.desk.look_again, number, forms.reading_of(form))
        return RedirectResponse(f"/table/{number}", 303)

    async def compare(self, request: Request) -> Response:
        """Two finished runs beside each other."""
        asked_for = request.query_params
        which = compare_page.Asked(asked_for.get("view", ""), asked.whole_of(asked_for.get("at", "")))
        return await self._beside(request, lambda a, b: HTMLResponse(compare_page.page(a, b, which)))

    async def compare_file(self, request: Request) -> Response:
        """The same as a file to take away."""

        def made(a: Job, b: Job) -> Response:
            name = f"runs-{a.number}-{b.number}.html"
            return HTMLResponse(compare_file.file(a, b), headers={"Content-Disposition": f'attachment; filename="{name}"'})

        return await self._beside(request, made)

    async def _beside(self, request: Request, answer: Callable[[Job, Job], Response]) -> Response:
        a, b = (self.desk.jobs.get(asked.whole_of(request.query_params.get(name, ""))) for name in ("a", "b"))
        if a is None or b is None or a.told is None or b.told is None:
            return asked.nothing()
        try:
            async with self.desk.showing:
                return await run_in_threadpool(answer, a, b)
        except NodescopeError as error:
            return HTMLResponse(pages.nothing(self.desk.sentence(error)), 400)

    async def grade(self, request: Request) -> Response:
        """Somebody's printout held against the right numbers."""
        if request.method == "GET":
            return HTMLResponse(grade_page.page())
        form = forms.EMPTY
        try:
            form = await asked.form_of(request)
            async with self.asking:
                found = await run_in_threadpool(grade_page.graded, form)
        except NodescopeError as error:
            return HTMLResponse(grade_page.page(form, self.desk.sentence(error)), asked.status_of(error))
        return HTMLResponse(grade_page.page(form, graded=found))

    async def again(self, request: Request) -> Response:
        """A run with what was changed in its view, judged in full; told as JSON, which is what asks for it reads."""
        job = self.desk.jobs.get(asked.number_of(request))
        if job is None or not job.done or job.failed:
            return asked.nothing()

        def judged() -> dict[str, object]:
            run = job.opened()
            if isinstance(run, Recorded):
                raise InputError("an observed run cannot be made again")
            return in_words_of(on_the_page(run), judged_again(run, changed))

        try:
            changed = asked.json_of(await asked.body_of(request))
            async with self.judging:
                return Response(as_json(await run_in_threadpool(judged)), media_type="application/json")
        except NodescopeError as error:
            wrong = as_json({"wrong": self.desk.sentence(error)})
            return Response(wrong, asked.status_of(error), media_type="application/json")

    async def _begun(self, name: str, of: Callable[[], Recipe | Plan]) -> Job:
        """A job of a recipe or a plan that was made once, so that whatever is wrong with it is said now."""

        def make() -> Recipe | Plan:
            with self.desk.reading:
                made = of()
                if isinstance(made, Plan):
                    _refuse_too_many_weights(next(made.recipes()))
                return made

        async with self.asking:
            await run_in_threadpool(make)
        return self.desk.jobs.start(name, make)

    async def _shelved(self, request: Request) -> int:
        """The number of the table that comes with a request, streamed to disk."""
        with self.desk.room_for(min(declared_length(request.scope), caps.MOST_BODY)) as place:
            part = place / "part"
            name = await asked.file_of(request, part)
            async with self.asking:
                return await run_in_threadpool(self.desk.named, part, name)

    async def _start_again(self, error: NodescopeError, of: str, form: Form) -> Response:
        return await self._started(first_page.Wrong(self.desk.sentence(error), of), form, asked.status_of(error))


def _shown(job: Job) -> str:
    run = job.opened()
    return pages.view(run, job.number, job.decided, ways_of(job.number, run, job.swept_at))


def _refuse_too_many_weights(recipe: Recipe) -> None:
    """Text that is opened into its values makes more inputs than columns were chosen."""
    weights = recipe.problem.size
    if weights > caps.MOST_WEIGHTS:
        raise InputError(
            f"there are {weights:,} weights; this page takes at most {caps.MOST_WEIGHTS:,}: choose fewer columns or nodes"
        )


async def _static(request: Request) -> Response:
    found = _STATIC.get(request.path_params["name"])
    return asked.nothing() if found is None else Response(found[0](), media_type=found[1])


_STATIC: dict[str, tuple[Callable[[], str], str]] = {
    "nodescope.js": (bundle, "text/javascript"),
    "table.js": (partial(static, "table.js"), "text/javascript"),
    "beside.js": (partial(static, "beside.js"), "text/javascript"),
    "map.js": (partial(static, "map.js"), "text/javascript"),
    "start.css": (partial(static, "start.css"), "text/css"),
    "sweep.css": (partial(static, "sweep.css"), "text/css"),
}


async def _failed(_request: Request, error: Exception) -> Response:
    """A fault of ours: the server prints where it is, and goes on."""
    return HTMLResponse(pages.nothing(f"nodescope itself failed ({type(error).__name__}); what you had is still there"), 500)
