"""The shell of a page that works offline: one HTML file that loads nothing and sends nothing.

Its policy says so to the browser: the only script that may run is the one whose hash stands in it, and no form goes anywhere.
"""

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

_SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script type="module">{script}</script>
</body>
</html>
"""


def shell(title: str, body: str, script: str, style: str, *, compiles: bool = False) -> str:
    """The text of the file.

    Parameters
    ----------
    title : str
        As it is: it is escaped here.
    body, script, style : str
        Ours: words of others are escaped in them already.
    compiles : bool
        Whether the script compiles WebAssembly.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    wasm = " 'wasm-unsafe-eval'" if compiles else ""
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'{wasm}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return _SHELL.format(policy=policy, title=escape(title), style=style, body=body, script=script)


@cache
def static(name: str) -> str:
    """A file that the page is given."""
    return files("nodescope.hosts").joinpath("static", name).read_text(encoding="utf-8")
