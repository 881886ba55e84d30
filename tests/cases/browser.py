"""Headless Chromium by its DevTools protocol: pages as people see them."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60.0
CALL_SECONDS = 60.0


def chromium() -> str | None:
    """The program, if there is one on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page. What the page tells is kept: its console, and what was loaded."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket = socket
        self._session = session
        self._number = 0
        self.events: list[dict[str, Any]] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        self._number += 1
        number = self._number
        sent = {"id": number, "method": method, "params": params, "sessionId": self._session}
        await self._socket.send_json({key: value for key, value in sent.items() if value})
        while True:
            found = await self._next()
            if found.get("id") == number:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result

    async def until(self, method: str) -> None:
        """Wait for an event of the page."""
        while not any(one.get("method") == method for one in self.events):
            await self._next()

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(CALL_SECONDS):
            found: dict[str, Any] = json.loads(await self._socket.receive_str())
        if "method" in found:
            self.events.append(found)
        return found

    async def open(self, url: str, width: int, height: int = 900, dark: bool = False) -> None:
        """Load a page in a window of that size."""
        await self.size(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        await self.call("Page.navigate", url=url)
        await self.until("Page.loadEventFired")

    async def size(self, width: int, height: int) -> None:
        """Change the window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def value(self, expression: str) -> Any:
        """What a script in the page comes to, which may be a promise."""
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        found = await self.call("Runtime.evaluate", **given)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        size = (await self.call("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {**size, "scale": 1}
        given = {"captureBeyondViewport": True, "clip": clip}
        found = await self.call("Page.captureScreenshot", **given)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every event of that name since the page was opened."""
        return [one["params"] for one in self.events if one.get("method") == method]


@asynccontextmanager
async def tab(profile: Path) -> AsyncIterator[Tab]:
    """A browser with one page, which ends with the block. `profile` is a folder of its own."""
    program = chromium()
    assert program is not None
    (profile / "DevToolsActivePort").unlink(missing_ok=True)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    quiet = ["--disable-gpu", "--disable-extensions", "--no-first-run", "--disable-sync"]
    address = ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [program, "--headless", *root, *quiet, *address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        url = f"http://127.0.0.1:{port}"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, max_msg_size=0) as socket,
        ):
            yield await _attached(socket)
    finally:
        process.terminate()
        process.wait(10)


async def _port(path: Path) -> str:
    """Port and path of the browser's socket, once it says so."""
    async with asyncio.timeout(START_SECONDS):
        while not path.is_file() or path.read_text().count("\n") < 1:
            await asyncio.sleep(0.1)
    port, where = path.read_text().split("\n")[:2]
    return f"{port}{where}"


async def _attached(socket: aiohttp.ClientWebSocketResponse) -> Tab:
    browser = Tab(socket, "")
    target = (await browser.call("Target.createTarget", url="about:blank"))["targetId"]
    attached = await browser.call("Target.attachToTarget", targetId=target, flatten=True)
    found = Tab(socket, attached["sessionId"])
    for domain in ("Page", "Runtime", "Network", "Log"):
        await found.call(f"{domain}.enable")
    return found
