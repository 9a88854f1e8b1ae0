"""What is done with a run from its page: take it away as a file, hold it beside another, predict a table, go on, change the fit."""

import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from nodescope.data.open import open_table
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import asked, caps, compare_choice, forms, pages, run_pages, table_page
from nodescope.hosts.desk import Desk, refuse_too_large
from nodescope.hosts.export import export, extent_of
from nodescope.hosts.forms import Form
from nodescope.hosts.guard import declared_length
from nodescope.hosts.job import Job
from nodescope.hosts.typed import one_or_each_step
from nodescope.hosts.upload import safe_name
from nodescope.run import predicting
from nodescope.run.file.saving import save
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.tables import csv_lines

EXPORTS = {
    "html": "a page that works offline (.html)",
    "svg": "a picture of a step (.svg)",
    "png": "the same, as dots (.png)",
    "csv": "every number of every step (.csv)",
    "parquet": "the same, for large tables (.parquet)",
    "py": "what was learned, as Python (.py)",
    "ipynb": "a notebook that makes it again (.ipynb)",
    "md": "the report, as text (.md)",
}
OF_OBSERVED = ("html", "csv", "parquet", "md")
MOST_EXPORTED = 2 * 10**7
"""Numbers of a table that the page writes; the shell writes more."""
Ways = dict[str, list[tuple[str, str]]]


def ways_of(number: int, run: Run | Recorded, swept_at: str = "") -> Ways:
    """Words and addresses, for the bar at the top ("bar"), its list of files ("files") and the result of a fit ("fit").

    A run that was opened from a sweep, which is shown at `swept_at`, has a way back to it.
    """
    at = f"/run/{number}"
    observed = isinstance(run, Recorded)
    kinds = OF_OBSERVED if observed else tuple(EXPORTS)
    files = [(EXPORTS[kind], f"{at}/export/{kind}") for kind in kinds if kind != "png" or find_spec("matplotlib")]
    bar = [("Save run", f"{at}/save")]
    if observed:
        return {"bar": bar, "files": files, "fit": []}
    bar = [("Back to its sweep", swept_at)] * bool(swept_at) + [("Compare with…", f"{at}/compare"), ("Sweep…", f"{at}/sweep"), *bar]
    if run.recipe.source is None:
        lessons = [] if swept_at else [("Lessons", "/lessons")]
        return {"bar": [*lessons, ("More steps…", f"{at}/more"), *bar], "files": files, "fit": []}
    fit = [("Predict a file…", f"{at}/predict"), ("More epochs…", f"{at}/more"), ("Change the fit…", f"{at}/change")]
    return {"bar": bar, "files": files, "fit": fit}


class RunWays:
    """What is answered at the addresses below a run's.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        return [
            Route("/run/{number}/save", self.save, methods=["GET"]),
            Route("/run/{number}/export/{kind}", self.export, methods=["GET"]),
            Route("/run/{number}/compare", self.compare, methods=["GET"]),
            Route("/run/{number}/predict", self.predict, methods=["GET", "POST"]),
            Route("/run/{number}/predict/csv", self.predict, methods=["POST"]),
            Route("/run/{number}/more", self.more, methods=["GET", "POST"]),
            Route("/run/{number}/change", self.change, methods=["GET"]),
        ]

    def _job(self, request: Request) -> Job | None:
        """The finished run that an address names."""
        job = self.desk.jobs.get(asked.number_of(request))
        return job if job is not None and job.told is not None else None

    async def save(self, request: Request) -> Response:
        return await self._file(request, "nodescope", lambda run, path: save(run, path))

    async def export(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        return asked.nothing() if kind not in EXPORTS else await self._file(request, kind, _exported)

    async def _file(self, request: Request, kind: str, write: Callable[[Run | Recorded, Path], None]) -> Response:
        """A run's file to take away; it is gone here as soon as it was sent."""
        job = self._job(request)
        if job is None:
            return asked.nothing()
        place = Path(tempfile.mkdtemp(dir=self.desk.folder, prefix="file-"))
        path = place / f"run-{job.number}.{kind}"

        def written() -> None:
            with self.desk.reading:
                write(job.opened(), path)

        try:
            await run_in_threadpool(written)
        except NodescopeError as error:
            shutil.rmtree(place, ignore_errors=True)
            return self._refused(job, error)
        gone = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
        return FileResponse(path, filename=path.name, background=gone)

    def _refused(self, job: Job, error: NodescopeError) -> Response:
        return HTMLResponse(pages.failed(job, self.desk.sentence(error)), asked.status_of(error))

    async def compare(self, request: Request) -> Response:
        """Which other run it is held beside."""
        job = self._job(request)
        return asked.nothing() if job is None else HTMLResponse(compare_choice.others(job, self.desk.jobs))

    async def predict(self, request: Request) -> Response:
        """Predictions of a table that is sent: the first rows of them, or all as a file."""
        job = self._job(request)
        if job is None:
            return asked.nothing()
        columns: tuple[str, ...] = ()
        try:
            source = (await run_in_threadpool(_fitted, job)).recipe.source
            columns = () if source is None else source.columns
            if request.method == "GET":
                return HTMLResponse(run_pages.predict_page(job, columns))
            told = await self._predicted(request, job)
        except NodescopeError as error:
            return HTMLResponse(run_pages.predict_page(job, columns, self.desk.sentence(error)), asked.status_of(error))
        if not request.url.path.endswith("/csv"):
            return HTMLResponse(run_pages.predict_page(job, columns, told=told))
        text = "".join(csv_lines([list(told[1]), *predicting.rows_of(told[1])]))
        name = quote(f"{Path(told[0]).stem}-predicted.csv")  # RFC 6266: a header has Latin letters only
        headers = {"content-disposition": f"attachment; filename*=utf-8''{name}"}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    async def _predicted(self, request: Request, job: Job) -> tuple[str, dict[str, Any]]:
        """What the table is called that comes with a request, and its predictions; the table is not kept."""
        with self.desk.passing(min(declared_length(request.scope), caps.MOST_BODY)) as place:
            part = place / "part"
            path = part.with_name(safe_name(await asked.file_of(request, part)))

            def told() -> dict[str, Any]:
                with self.desk.reading:
                    part.rename(path)
                    refuse_too_large(open_table(path))
                    return predicting.told(_fitted(job), str(path))

            return path.name, await run_in_threadpool(told)

    async def more(self, request: Request) -> Response:
        """The same run, longer."""
        job = self._job(request)
        if job is None:
            return asked.nothing()
        try:
            run = await run_in_threadpool(job.opened)
        except NodescopeError as error:
            return self._refused(job, error)
        if isinstance(run, Recorded):
            return asked.nothing()
        if request.method == "GET":
            return HTMLResponse(run_pages.more_page(job, run))
        form = forms.EMPTY
        try:
            form = await asked.form_of(request)
            steps = _steps_in(form, run.recipe)
            run.recipe.with_steps(steps)
            longer = self.desk.jobs.start(job.name, lambda: _recipe_of(job).with_steps(steps))
        except NodescopeError as error:
            return HTMLResponse(run_pages.more_page(job, run, form, self.desk.sentence(error)), asked.status_of(error))
        longer.asked = job.asked
        return await asked.soon(longer)

    async def change(self, request: Request) -> Response:
        """The form of the table that a run was fitted to, filled in as it was."""
        job = self._job(request)
        if job is None:
            return asked.nothing()
        try:
            number, form = await run_in_threadpool(self._form_of, job)
        except NodescopeError as error:
            return self._refused(job, error)
        return HTMLResponse(table_page.columns(number, self.desk.tables[number], form))

    def _form_of(self, job: Job) -> tuple[int, Form]:
        if job.asked is not None and job.asked[0] in self.desk.tables:
            return job.asked
        recipe = _fitted(job).recipe
        path = recipe.source.path if recipe.source is not None else None
        if not isinstance(path, str) or not Path(path).exists():
            raise InputError("the table is no longer here: choose its file on the start page, and fit it anew")
        there = [number for number, table in self.desk.tables.items() if table.path == Path(path)]
        number = there[0] if there else self.desk.shelve(Path(path))
        return number, forms.of_recipe(recipe, self.desk.tables[number].names)


def _exported(run: Run | Recorded, path: Path) -> None:
    if path.suffix in (".csv", ".parquet") and isinstance(run, Run):
        steps, wide = extent_of(run)
        if steps * wide > MOST_EXPORTED:
            raise InputError(
                f"the table would hold {steps:,} steps of {wide:,} numbers; this page writes at most {MOST_EXPORTED:,}: "
                "save the run, and write it with nodescope export"
            )
    export(run, path)


def _recipe_of(job: Job) -> Recipe:
    run = job.opened()
    assert isinstance(run, Run)
    return run.recipe


def _fitted(job: Job) -> Run:
    """A run that was made from a table."""
    run = job.opened()
    if isinstance(run, Recorded) or run.recipe.source is None:
        raise InputError("this run was not made from a table, and tables are predicted for runs that were")
    return run


def _steps_in(form: Form, recipe: Recipe) -> int:
    """How many steps are asked for, by epochs of a table."""
    unit, of_unit = run_pages.unit_of(recipe)
    text = forms.field(form, "to")
    total = one_or_each_step(unit, text) if text else 0
    done = recipe.asked_steps or 0
    if not isinstance(total, int) or total * of_unit <= done:
        raise InputError(f"{unit} are {text[:60]!r}; give a whole number above {done // of_unit:,}, which it was to make so far")
    if total * of_unit > caps.MOST_STEPS:
        raise InputError(f"{unit} are {text[:60]!r}; this page makes at most {caps.MOST_STEPS // of_unit:,} of them")
    return total * of_unit
