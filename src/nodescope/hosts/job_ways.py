"""What is answered at the addresses of runs and of sweeps alike: how far it is, that it failed, what it came to; and its stop."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import asked, pages
from nodescope.hosts.desk import Desk


class JobWays:
    """What is answered at the addresses of runs and of sweeps.

    Parameters
    ----------
    desk : Desk
    shown : maps a kind of jobs to what makes the page of one that is done
    """

    def __init__(self, desk: Desk, shown: Mapping[str, Callable[[Any], str]]) -> None:
        self.desk, self._shown = desk, shown

    def routes(self) -> list[Route]:
        ways: list[Route] = []
        for kind in self._shown:
            ways.append(Route(f"/{kind}/{{number}}", partial(self.show, kind), methods=["GET"]))
            ways.append(Route(f"/{kind}/{{number}}/stop", partial(self.stop, kind), methods=["POST"]))
        return ways

    async def show(self, kind: str, request: Request) -> Response:
        job = self.desk.jobs.at(kind, asked.number_of(request))
        if job is None:
            return asked.nothing()
        if job.failed:
            return HTMLResponse(pages.failed(job, self.desk.sentence(InputError(job.failed))))
        if not job.done:
            return HTMLResponse(pages.on_its_way(job, self.desk.jobs.ahead_of(job)))
        try:
            async with self.desk.showing:
                return HTMLResponse(await run_in_threadpool(self._shown[kind], job))
        except NodescopeError as error:
            return HTMLResponse(pages.failed(job, self.desk.sentence(error)), 410)

    async def stop(self, kind: str, request: Request) -> Response:
        job = self.desk.jobs.at(kind, asked.number_of(request))
        if job is None:
            return asked.nothing()
        job.stop()
        return await asked.soon(job)
