"""What a browser asks of the local page, read: the number in an address, a form, a file; and the answer where there is nothing."""

import asyncio
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import caps, forms, pages
from nodescope.hosts.forms import Form
from nodescope.hosts.guard import BodyRefused
from nodescope.hosts.job import Job
from nodescope.hosts.upload import Upload

TOO_MUCH = 413


def number_of(request: Request) -> int:
    """What an address ends in; −1 where that is no number of ours."""
    return whole_of(request.path_params["number"])


def whole_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


async def form_of(request: Request) -> Form:
    """The fields of a form."""
    return forms.form_of(await body_of(request))


async def body_of(request: Request) -> bytes:
    """What was sent; it is read to its end also where it is too long, since only then a browser listens."""
    body, length = bytearray(), 0
    async for piece in request.stream():
        length += len(piece)
        if length <= caps.MOST_FORM:
            body += piece
    if length > caps.MOST_FORM:
        raise BodyRefused(f"the form holds more than {caps.MOST_FORM // 2**20} MiB; put that many numbers into a table", TOO_MUCH)
    return bytes(body)


def json_of(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError("what was sent is no JSON") from error
    return found


async def file_of(request: Request, part: Path) -> str:
    """Write the file that comes with a form to disk as it comes; what the browser calls it."""
    with part.open("wb") as file:
        upload = Upload(request.headers.get("content-type", ""), file)
        async for piece in request.stream():
            upload.feed(piece)
        upload.finish()
    return upload.name


def status_of(error: NodescopeError) -> int:
    return error.status if isinstance(error, BodyRefused) else 400


async def soon(job: Job) -> Response:
    """To its page; a short run is waited for, so that it is there at once."""
    ends = asyncio.get_running_loop().time() + caps.EXPECTED_SECONDS
    while not job.done and asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(0.01)
    return RedirectResponse(job.place, 303)


def nothing() -> Response:
    return HTMLResponse(pages.nothing(), 404)
