"""What is answered at the addresses of sweeps: one asked for from a run's page, its map, a row opened as a run, its files."""

import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from nodescope.diagnosis.sweeps.grid import as_grid
from nodescope.diagnosis.sweeps.outcomes import refuse_other
from nodescope.errors import NodescopeError
from nodescope.hosts import asked, forms, pages, sweep_form, sweep_page
from nodescope.hosts.desk import Desk
from nodescope.hosts.export_sweep import export_sweep
from nodescope.hosts.job import Job
from nodescope.hosts.sweep_job import SweepJob
from nodescope.run.making import make_recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run


class SweepWays:
    """What is answered at the addresses of sweeps.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        return [
            Route("/run/{number}/sweep", self.ask, methods=["GET", "POST"]),
            Route("/sweep/{number}/go-on", self.go_on, methods=["POST"]),
            Route("/sweep/{number}/row/{row}", self.row, methods=["GET"]),
            Route("/sweep/{number}/export/{kind}", self.export, methods=["GET"]),
        ]

    def _done(self, request: Request) -> SweepJob | None:
        """The finished sweep that an address names."""
        job = self.desk.jobs.sweep(asked.number_of(request))
        return job if job is not None and job.told is not None else None

    async def ask(self, request: Request) -> Response:
        """A sweep around a run."""
        job = self.desk.jobs.get(asked.number_of(request))
        if job is None or job.told is None:
            return asked.nothing()
        try:
            run = await run_in_threadpool(job.opened)
        except NodescopeError as error:
            return HTMLResponse(pages.failed(job, self.desk.sentence(error)), asked.status_of(error))
        if isinstance(run, Recorded):
            return asked.nothing()
        form = forms.EMPTY
        try:
            if request.method == "GET":
                return HTMLResponse(await run_in_threadpool(sweep_form.sweep_page, job, run))
            form = await asked.form_of(request)
            made = await self._begun(job, run, form)
        except NodescopeError as error:
            page = await run_in_threadpool(sweep_form.sweep_page, job, run, form, self.desk.sentence(error))
            return HTMLResponse(page, asked.status_of(error))
        return await asked.soon(made)

    async def _begun(self, job: Job, run: Run, form: forms.Form) -> SweepJob:
        """A sweep that was looked at once, so that whatever is wrong with it is said now."""
        keywords = sweep_form.keywords_of(run, form)

        def look() -> None:
            with self.desk.reading:
                hidden = keywords.get("hidden")
                grid = as_grid(hidden, {name: value for name, value in keywords.items() if name != "hidden"})
                for row in (0, grid.size - 1):
                    make_recipe(**grid.keywords(row))

        await run_in_threadpool(look)
        return self.desk.jobs.start_sweep(f"sweep of run {job.number}, {job.name}", lambda: keywords)

    async def go_on(self, request: Request) -> Response:
        """One that was left unfinished, by a stop or by a page that was killed."""
        job = self.desk.jobs.sweep(asked.number_of(request))
        if job is None:
            return asked.nothing()
        try:
            await run_in_threadpool(self.desk.jobs.go_on, job)
        except NodescopeError as error:
            return HTMLResponse(pages.failed(job, self.desk.sentence(error)), asked.status_of(error))
        return await asked.soon(job)

    async def row(self, request: Request) -> Response:
        """A row as a run, made when it is first asked for."""
        job, row = self._done(request), asked.whole_of(request.path_params["row"])
        if job is None or request.method != "GET":  # Starlette answers HEAD as well, and who looks around makes no runs
            return asked.nothing()
        try:
            begun = await run_in_threadpool(self._opened, job, row)
        except NodescopeError as error:
            return HTMLResponse(pages.failed(job, self.desk.sentence(error)), asked.status_of(error))
        return asked.nothing() if begun is None else await asked.soon(begun)

    def _opened(self, job: SweepJob, row: int) -> Job | None:
        with job.opening:
            there = self.desk.jobs.get(job.opened_runs.get(row, -1))
            if there is not None and not there.failed:
                return there
            swept = job.opened_sweep()
            if not 0 <= row < swept.done:
                return None
            grid, was = swept.grid, swept.rows[row].copy()
            name = f"row {row:,} of sweep {job.number}: {grid.text(row)}"
            begun = self.desk.jobs.start(
                name, lambda: make_recipe(**grid.keywords(row)), lambda run: refuse_other(grid, row, was, run), job.place
            )
            job.opened_runs[row] = begun.number
            return begun

    async def export(self, request: Request) -> Response:
        """A sweep's file to take away; it is gone here as soon as it was sent."""
        job, kind = self._done(request), request.path_params["kind"]
        if job is None or kind not in sweep_page.EXPORTS:
            return asked.nothing()
        place = Path(tempfile.mkdtemp(dir=self.desk.folder, prefix="file-"))
        path = place / f"sweep-{job.number}.{kind}"
        try:
            await run_in_threadpool(lambda: export_sweep(job.opened_sweep(), path, "light"))
        except NodescopeError as error:
            shutil.rmtree(place, ignore_errors=True)
            return HTMLResponse(pages.failed(job, self.desk.sentence(error)), asked.status_of(error))
        gone = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
        return FileResponse(path, filename=path.name, background=gone)
