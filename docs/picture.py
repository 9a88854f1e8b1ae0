"""Takes the README's picture: the seed's node at its eighth step, in Chromium. Run by `make picture`."""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import nodescope as ns

HERE = Path(__file__).parent


def main() -> None:
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    chromium = os.environ.get("NODESCOPE_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "seed.html"
        ns.export(run, path)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--force-color-profile=srgb"])
        page = browser.new_page(viewport={"width": 1240, "height": 820}, device_scale_factor=1)
        page.goto(path.as_uri())
        page.wait_for_selector("[data-ready]")
        page.locator("button", has_text="Next").focus()
        for _ in range(7):
            page.keyboard.press("ArrowRight")
        page.mouse.move(0, 0)
        page.screenshot(path=HERE / "node.png")
        browser.close()


if __name__ == "__main__":
    main()
