"""A server of the S3 protocol on loopback, as much of it as reading takes: HEAD, GET with Range, ListObjectsV2, with any key."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


@contextmanager
def served(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Folders of `root` as buckets: what an address of them has behind its question mark, and every request as it comes."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def log_message(self, *_: object) -> None:
            asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())

        def _answer(self, *, with_body: bool) -> None:
            parts = urlsplit(self.path)
            path, query = root / unquote(parts.path).strip("/"), parse_qs(parts.query)
            if "list-type" in query:
                self._send(200, listed(path, query).encode(), {"Content-Type": "application/xml"}, with_body=with_body)
            elif path.is_file():
                self._send_file(path, with_body=with_body)
            else:
                self._send(200 if path.is_dir() and path.parent == root else 404, b"", {}, with_body=with_body)

        def _send_file(self, path: Path, *, with_body: bool) -> None:
            whole, status, headers = path.read_bytes(), 200, described(path)
            if wanted := self.headers.get("Range"):
                first, last = (int(place) for place in wanted.removeprefix("bytes=").split("-"))
                headers["Content-Range"] = f"bytes {first}-{min(last, len(whole) - 1)}/{len(whole)}"
                whole, status = whole[first : last + 1], 206
            self._send(status, whole, headers, with_body=with_body)

        def _send(self, status: int, body: bytes, headers: dict[str, str], *, with_body: bool) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"endpoint_override=127.0.0.1:{server.server_port}&scheme=http&region=here", asked
    finally:
        server.shutdown()
        server.server_close()


def described(path: Path) -> dict[str, str]:
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    tag = f'"{path.stat().st_mtime_ns}"'
    return {"Last-Modified": format_datetime(changed, usegmt=True), "ETag": tag, "Accept-Ranges": "bytes"}


def listed(bucket: Path, query: dict[str, list[str]]) -> str:
    """The objects whose keys begin with a prefix; with a delimiter those of its folder, and the folders in it."""
    prefix, delimiter = (query.get(name, [""])[0] for name in ("prefix", "delimiter"))
    keys = sorted(str(path.relative_to(bucket)) for path in bucket.rglob("*") if path.is_file())
    found, folders = [], []
    for key in keys:
        rest = key.removeprefix(prefix)
        if not key.startswith(prefix):
            continue
        if delimiter and delimiter in rest:
            folders.append(prefix + rest.split(delimiter)[0] + delimiter)
        else:
            found.append(key)
    contents = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{(bucket / key).stat().st_size}</Size>"
        f"<LastModified>{datetime.fromtimestamp(int((bucket / key).stat().st_mtime), UTC):%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
        "</Contents>"
        for key in found
    )
    shared = "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in dict.fromkeys(folders))
    count = len(found) + len(set(folders))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{escape(bucket.name)}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>"
        f"<IsTruncated>false</IsTruncated>{contents}{shared}</ListBucketResult>"
    )
