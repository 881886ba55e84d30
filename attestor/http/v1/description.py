"""What a call of `/v1` is, for the router and for the OpenAPI document alike."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from attestor.errors import AttestorError

Schema = Mapping[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    """A part of a path, or of a query. `schema` is a JSON schema."""

    name: str
    about: str
    schema: Schema
    place: str = "query"
    needed: bool = False


@dataclass(frozen=True)
class Content:
    """What a body holds: its type, its JSON schema, and in words."""

    about: str
    schema: Schema
    kind: str = JSON


@dataclass(frozen=True, eq=False)
class Call:
    """One call. `answers` are by status; `errors` are those that it may answer beside what every
    call may."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    answers: Mapping[int, Content]
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    errors: tuple[type[AttestorError], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def serve(application: web.Application, handlers: Mapping[Call, Handler]) -> None:
    """Have an application serve calls."""
    for call, handler in handlers.items():
        application.router.add_route(call.method, call.path, handler)
