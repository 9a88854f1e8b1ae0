"""Who may speak to the local page: this machine's browser, with this start's token, from this very page. Others are refused.

Against DNS rebinding the Host has to be ours, against other people's pages the Origin; a random token comes once in the address,
and is then a cookie that no script can read and no other site can send. Compared in constant time, never logged.
"""

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nodescope.errors import InputError
from nodescope.hosts import caps

_TOO_LONG = f"it is longer than {caps.MOST_BODY // 2**20} MiB, which is the most that this page takes; use nodescope in the shell"
_TOO_SLOW = "the request stopped coming before it was whole; send it again"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # not "no-referrer": a browser then says `Origin: null` of our own forms too
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class BodyRefused(InputError):
    """A request's body that is too long, or does not come."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def declared_length(scope: Scope) -> int:
    """Bytes of a body as its header says (0 where there is none; the server refuses what is no number)."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else caps.MOST_DRAINED + 1 if length else 0


@dataclass(eq=False)
class Guard:
    """It stands before an application and lets only its own person speak to it.

    Attributes
    ----------
    app : what is guarded
    port : the one that the server is bound to
    token : this start's secret
    home : where the token's address leads
    """

    app: ASGIApp
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    home: str = "/"

    @property
    def address(self) -> str:
        """Where to open it, the token in it."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        return f"nodescope-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = _Answer(send)
        try:
            await (self._refusal(scope) or self.app)(scope, _bounded(receive, declared_length(scope)), answer)
        except BodyRefused as error:
            if not answer.begun:
                await PlainTextResponse(str(error), error.status)(scope, receive, answer)

    def _refusal(self, scope: Scope) -> Response | None:
        """What to answer in place of the page; None where the request may go on."""
        headers = Headers(scope=scope)
        hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        if headers.getlist("host") == [] or any(host.lower() not in hosts for host in headers.getlist("host")):
            return PlainTextResponse("This page is for this machine's own browser.", 403)
        origins = headers.getlist("origin")
        if any(origin not in {f"http://{host}" for host in hosts} for origin in origins):
            return PlainTextResponse("Another page may not speak to this one.", 403)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Only GET and POST.", 405)
        if scope["method"] == "POST" and not origins:
            return PlainTextResponse("A form has to say which page it stands on.", 403)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and scope["method"] == "GET" and self._is_token(given):
            answer = RedirectResponse(self.home, 303)
            answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
            return answer
        if not self._is_token(_cookie(headers.get("cookie", ""), self.cookie)):
            return PlainTextResponse("Open the address that nodescope printed: it holds this start's token.", 401)
        return None

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _bounded(receive: Receive, declared: int) -> Receive:
    """A body may not be longer than there is room for, and has to keep coming."""
    got, ends = 0, asyncio.get_running_loop().time() + caps.BODY_SECONDS
    over = False

    async def bounded() -> Message:
        nonlocal got, over
        if declared > caps.MOST_DRAINED:
            raise BodyRefused(_TOO_LONG, 413)
        while not over:
            left = min(caps.PAUSE_SECONDS, ends - asyncio.get_running_loop().time())
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.001))
            except TimeoutError:
                raise BodyRefused(_TOO_SLOW, 408) from None
            got += len(message.get("body", b""))
            over = not message.get("more_body", False)
            if got > caps.MOST_DRAINED:
                raise BodyRefused(_TOO_LONG, 413)
            # what is too long is read to its end all the same: a browser looks for an answer only when it has sent everything
            if max(got, declared) <= caps.MOST_BODY:
                return message
            if over:
                raise BodyRefused(_TOO_LONG, 413)
        return await receive()

    return bounded


class _Answer:
    """Sends an answer, with our headers."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            more = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await self._send(message)
