"""Take the pictures of the README from the built report, with the Chromium of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
OUTPUTS = HERE.parent.parent / "outputs" / "xixia-justice"

# The file to write, the page, what to show of it, and the window's width and height.
PICTURES = (
    ("report.png", "2017.html", "#part-proactive h2", 900, 1180),
    ("review.png", "2017.review.html", "body", 900, 640),
)


def main() -> None:
    """Take every picture, each as high as its window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        for name, page, place, width, height in PICTURES:
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto((OUTPUTS / page).as_uri())
            tab.evaluate("place => document.querySelector(place).scrollIntoView()", place)
            tab.screenshot(path=HERE / name)
        browser.close()


if __name__ == "__main__":
    main()
