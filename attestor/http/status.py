"""How the daemon stands, for people and for `attestor status`, at the daemon's own address. It is
served nowhere else: clients' address has no part in it."""

import asyncio
import json
from collections.abc import Callable

from aiohttp import web

from attestor.status.codec import to_json
from attestor.status.document import Document
from attestor.status.page import as_page
from attestor.status.style import POLICY

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Status:
    """Handlers of the page and of the document. `look` may be called in any thread, and answers
    within bounds."""

    def __init__(self, look: Callable[[], Document]) -> None:
        self._look = look

    def add_to(self, application: web.Application) -> None:
        """Serve the paths."""
        application.router.add_get("/", self.page)
        application.router.add_get("/status", self.page)
        application.router.add_get("/status.json", self.document)

    async def page(self, request: web.Request) -> web.Response:
        """The page: 200 whether the daemon is ready or not, so that it is shown."""
        text = as_page(await asyncio.to_thread(self._look))
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def document(self, request: web.Request) -> web.Response:
        """The document, likewise: docs/operate-daily.md has its fields."""
        found = to_json(await asyncio.to_thread(self._look))
        return web.Response(
            text=json.dumps(found, indent=2), content_type="application/json", headers=HEADERS
        )
