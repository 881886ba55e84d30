"""The page as people see it, in headless Chromium. Screenshots are in the test's folder, or where
`ATTESTOR_SCREENSHOTS` says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from cases.browser import Tab, chromium, tab
from cases.status_documents import ALL, NOW, READY, UNFUNDED

from attestor.http.server import application
from attestor.http.status import Status
from attestor.status.document import Document, Time

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="chromium is not installed: make browser installs it"
)
PHONE, DESK = 375, 1100
CONTRAST = """
(() => {
  const shown = document.createElement("canvas").getContext("2d");
  const parse = colour => { shown.clearRect(0, 0, 1, 1); shown.fillStyle = colour;
    shown.fillRect(0, 0, 1, 1); return [...shown.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const ground = one => { for (; one; one = one.parentElement) {
    const found = parse(getComputedStyle(one).backgroundColor);
    if (found[3] === 255) return found; } return [255, 255, 255, 255]; };
  const low = [];
  for (const one of document.querySelectorAll("body *")) {
    const text = [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!text || one.closest("script, noscript, #stale")) continue;
    const style = getComputedStyle(one);
    const colour = one.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parse(colour)), light(ground(one))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.push(one.tagName + ": " + one.textContent.slice(0, 40));
  }
  return low;
})()
"""

Look = Callable[[Tab, "Served"], Coroutine[Any, Any, None]]


class Served:
    """The page of a document that may change."""

    def __init__(self) -> None:
        self.document: Document = READY
        self.server: TestServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/"))


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    found = Served()
    app = application()
    Status(lambda: found.document).add_to(app)
    found.server = TestServer(app)
    await found.server.start_server()
    try:
        yield found
    finally:
        await found.server.close()


def look(folder: Path, work: Look) -> None:
    """One browser, which ends with the work."""

    async def run() -> None:
        async with served() as page, tab(folder / "profile") as shown:
            await work(shown, page)

    asyncio.run(run())


def faults(shown: Tab, url: str) -> list[Any]:
    """What the browser complained about, and what was asked of others."""
    told = [one["entry"]["text"] for one in shown.told("Log.entryAdded")]
    told += [one["exceptionDetails"] for one in shown.told("Runtime.exceptionThrown")]
    asked = [one["request"]["url"] for one in shown.told("Network.requestWillBeSent")]
    return told + [one for one in asked if not one.startswith((url, "data:image/svg"))]


def test_page__each_state_on_phone_and_desk__fits_and_can_be_read(
    tmp_path: Path, screenshots: Path
) -> None:
    async def work(shown: Tab, page: Served) -> None:
        for name, document in ALL.items():
            page.document = document
            for width, dark in ((PHONE, False), (PHONE, True), (DESK, False), (DESK, True)):
                await shown.open(page.url, width, dark=dark)
                where = f"{name} {width}{' dark' if dark else ''}"
                await shown.value(
                    "for (const one of document.querySelectorAll('details')) one.open = true"
                )
                assert await shown.value("document.documentElement.scrollWidth") <= width, where
                assert faults(shown, page.url) == [], where
                assert await shown.value(CONTRAST) == [], where
                await shown.value(
                    "for (const one of document.querySelectorAll('details')) "
                    "one.open = innerWidth > 500 && location.hash == ''"
                )
                await shown.screenshot(screenshots / f"{where.replace(' ', '-')}.png")

    look(tmp_path, work)


def test_page__gap_of_a_day_ago_on_a_phone__is_seen(tmp_path: Path) -> None:
    """At least three pixels of a gap's colour on each place."""

    async def work(shown: Tab, page: Served) -> None:
        page.document = ALL["long"]
        await shown.open(page.url, PHONE)
        widths = await shown.value(
            "[...document.querySelectorAll('line.gap')].map(one => "
            "parseFloat(getComputedStyle(one).strokeWidth))"
        )
        assert len(widths) == 4
        assert min(widths) >= 3

    look(tmp_path, work)


def test_page__that_stays_open__follows_and_says_when_it_is_stale(tmp_path: Path) -> None:
    async def until(shown: Tab, condition: str) -> None:
        async with asyncio.timeout(60):
            while not await shown.value(condition):
                await asyncio.sleep(0.2)

    async def work(shown: Tab, page: Served) -> None:
        await shown.open(page.url, DESK)
        await shown.value("document.querySelector('details').open = true; window.mark = 1")
        page.document = replace(UNFUNDED, at=Time(NOW + 60))
        await until(shown, "document.querySelector('h1').textContent.includes('Not ready')")
        assert await shown.value("document.title") == "■ Not ready - attestor"
        assert await shown.value("window.mark") == 1
        assert await shown.value("document.querySelector('details').open")
        assert faults(shown, page.url) == []
        assert page.server is not None
        await page.server.close()
        await until(shown, "getComputedStyle(document.getElementById('stale')).display != 'none'")
        stale = await shown.value("document.getElementById('stale').textContent")
        assert stale.startswith("attestor has not answered since")

    look(tmp_path, work)


def test_page__without_scripts__is_complete(tmp_path: Path) -> None:
    async def work(shown: Tab, page: Served) -> None:
        page.document = UNFUNDED
        await shown.call("Emulation.setScriptExecutionDisabled", value=True)
        await shown.open(page.url, PHONE)
        snapshot = await shown.call("DOMSnapshot.captureSnapshot", computedStyles=[])
        text = " ".join(snapshot["strings"])
        assert "Fund 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 on chain 1." in text
        assert "2 gaps in the last 2 h 45 min" in text

    look(tmp_path, work)
