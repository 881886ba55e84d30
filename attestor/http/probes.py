"""`/livez` and `/readyz`: whether the daemon makes progress, and whether it can sign.

Both read nothing but memory, so they answer whatever hangs. A supervisor restarts by the first; a
load balancer sends clients by the second.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from attestor.core.readiness import Readiness, Reason, judge
from attestor.core.service_view import Problem, ServiceView
from attestor.core.text import one_line
from attestor.errors import ChainNotNamed

JSON, TEXT = "application/json", "text/plain"
LIVE, READY = "/livez", "/readyz"


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    body: bytes
    content_type: str


class Probes:
    """Handlers of the two calls."""

    def __init__(self, view: Callable[[], ServiceView]) -> None:
        self._view = view

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get(LIVE, self._answer)
        application.router.add_get(READY, self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        told = self.told(request.path, request.query.get("chain"), wants_text(request))
        return web.Response(status=told.status, body=told.body, content_type=told.content_type)

    def told(self, path: str, chain: str | None = None, text: bool = False) -> Told:
        """The answer, for any thread."""
        return self.live(chain, text) if path == LIVE else self.ready(chain, text)

    def live(self, chain: str | None = None, text: bool = False) -> Told:
        """200 while each duty makes progress within its own bound, else 503 with the names of those
        that do not: {"live":false,"duties":[{"name","code","text","advice"}]}."""
        view = self._view()
        if (unknown := _unknown(view, chain)) is not None:
            return unknown
        chains = [one for one in view.chains if chain is None or one.name == chain]
        duties = [("", duty) for duty in view.duties]
        duties += [(one.name, duty) for one in chains for duty in one.duties]
        failing = [
            {"name": duty.name, **_named(where), **_told(duty.problem)}
            for where, duty in duties
            if duty.problem is not None
        ]
        status = 503 if failing else 200
        if text:
            lines = [f"{one['name']}: {one_line(one['text'])} [{one['code']}]" for one in failing]
            return _text(status, ["not live" if failing else "live", *lines])
        return _json(status, {"live": not failing, "duties": failing})

    def ready(self, chain: str | None = None, text: bool = False) -> Told:
        """200 while proofs are signed and handed out, else 503 with what keeps it from that, causes
        first: {"ready":false,"reasons":[{"code","text","advice"}],"warnings":[…]}. Where chains
        have names, each reason has `chain`, and "chains" says how each stands."""
        view = self._view()
        if (unknown := _unknown(view, chain)) is not None:
            return unknown
        found = judge(view, chain)
        status = 200 if found.is_ready else 503
        if text:
            return _text(status, list(_lines(found)))
        told: dict[str, Any] = {
            "ready": found.is_ready,
            "reasons": [_reason(one) for one in found.reasons],
            "warnings": [_reason(one) for one in found.warnings],
        }
        if chain is None and any(one.name for one in view.chains):
            names = [one.name for one in view.chains]
            told["chains"] = {name: {"ready": judge(view, name).is_ready} for name in names}
        return _json(status, told)


def wants_text(request: web.Request) -> bool:
    """Whether a person asks: `?format=text`, or an Accept header that asks for text first."""
    if (wanted := request.query.get("format")) is not None:
        return wanted == "text"
    return request.headers.get("Accept", "").lstrip().startswith("text/")


def _lines(found: Readiness) -> list[str]:
    lines = ["ready" if found.is_ready else "not ready"]
    for mark, reasons in (("", found.reasons), ("warning: ", found.warnings)):
        for one in reasons:
            where = f"chain {one.chain}: " if one.chain else ""
            lines.append(f"{mark}{where}{one_line(one.text)} [{one.code}]")
            if one.advice:
                lines.append(f"  {one_line(one.advice)}")
    return lines


def _reason(reason: Reason) -> dict[str, str]:
    told = {"code": reason.code, "text": reason.text, "advice": reason.advice}
    return {**told, **_named(reason.chain)}


def _told(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "text": problem.text, "advice": problem.advice}


def _named(chain: str) -> dict[str, str]:
    return {"chain": chain} if chain else {}


def _unknown(view: ServiceView, chain: str | None) -> Told | None:
    names = [one.name for one in view.chains if one.name]
    if chain is None or chain in names:
        return None
    there = ", ".join(names) or "one, without a name"
    error = {
        "code": ChainNotNamed.code,
        "message": f"no chain is named {chain!r:.40}",
        "hint": f"there are {there}",
    }
    return _json(404, {"error": error})


def _json(status: int, told: dict[str, Any]) -> Told:
    return Told(status, json.dumps(told).encode(), JSON)


def _text(status: int, lines: list[str]) -> Told:
    """Lines that say what to do are set in."""
    return Told(status, "".join(f"{line}\n" for line in lines).encode(), TEXT)
