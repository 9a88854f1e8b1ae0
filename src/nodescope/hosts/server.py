"""The local page's server: this machine only, so many sockets, and nobody may keep one without asking something."""

import asyncio

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from nodescope.hosts import caps


class Prompt(H11Protocol):
    """A connection that is closed where its next request's line and headers do not come in time, or an answer is not taken."""

    _late: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(caps.ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self._taken()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """Between requests the clock runs from the connection, or from the next request's first byte, on."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._late is None:
            self._late = self.loop.call_later(caps.HEAD_SECONDS, self._close)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _taken(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _close(self) -> None:
        self._late = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class Server(uvicorn.Server):
    """One that can be asked to end."""

    def end(self) -> None:
        """Answer what is asked for already, and stop."""
        self.should_exit = True


def server_of(app: ASGIApp) -> Server:
    """The server of an application, not yet running: `run(sockets=[…])`."""
    return Server(
        uvicorn.Config(
            app,
            http=Prompt,
            ws="none",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=caps.MOST_HEAD,
            limit_concurrency=caps.MOST_SOCKETS,
            backlog=caps.MOST_SOCKETS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
        )
    )
