"""Calls of the AVS's methods without a socket between."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from attestor.avs.failures import failure_of
from attestor.avs.methods import Methods
from attestor.avs.parts import Parts
from attestor.core.client import Client, How
from attestor.errors import AttestorError
from attestor.http.jsonrpc import Encoded

Body = Callable[["Caller"], Awaitable[None]]


class Caller:
    """Calls methods by name; an error is the "error" that a client sees."""

    def __init__(self, methods: Methods, parts: Parts) -> None:
        self._methods = methods
        self._parts = parts

    def become(self, address: str) -> None:
        """Call from another address from now on."""
        self._parts.asking.begin(Client(address, How.ADDRESS))

    async def __call__(self, name: str, *params: object) -> Any:
        try:
            value = await self._methods.by_name()[name](list(params))
        except AttestorError as error:
            return failure_of(error)
        return json.loads(value.text if isinstance(value, Encoded) else json.dumps(value))


def run(parts: Parts, body: Body) -> None:
    """`body` with a caller of methods that have these parts."""

    async def whole() -> None:
        await body(Caller(Methods(parts), parts))

    asyncio.run(whole())


def call(parts: Parts, name: str, *params: object) -> Any:
    """One call."""
    found: list[Any] = []

    async def body(caller: Caller) -> None:
        found.append(await caller(name, *params))

    run(parts, body)
    return found[0]
