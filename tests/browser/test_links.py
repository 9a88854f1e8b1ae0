"""Links of the documentation as it was built: each leads to a page that is there, and to a place on it."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT

SITE = ROOT / "docs" / "_build" / "html"


class Page(HTMLParser):
    """What a page links to, and the places that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Names of what was written by us and of what Sphinx made."""
        told = {name: value or "" for name, value in attributes}
        self.places |= {told[name] for name in ("id", "name") if name in told}
        self.links |= {told[name] for name in ("href", "src") if name in told and tag in ("a", "img", "script", "link")}


def test_every_link_leads_somewhere():
    if not (SITE / "index.html").exists():
        pytest.skip("the documentation is not built: make docs")
    pages = {path: Page(path) for path in SITE.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) > 30
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.exists() or (target in pages and place not in pages[target].places):
                broken.append(f"{path.relative_to(SITE)}: {link}")
    assert broken == []
