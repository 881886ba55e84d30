"""Who may ask: the middleware that says who each request is of, and what it may still have.

A request is of whose API key it has, else of the name in its connection's client certificate, else
of its address. Calls find the client in `request[CLIENT]`, and what works for it asks `Asking`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aiohttp import web
from aiohttp.typedefs import Handler

from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.core import api_key
from attestor.core.client import NAME_RULE, NO_LIMITS, Client, How, certificate_name
from attestor.core.quotas import Quotas
from attestor.errors import AttestorError
from attestor.errors.access import ClientRefused, KeyRefused, Unauthenticated
from attestor.http import addressed, forwarded
from attestor.http.addresses import is_loopback, shared_by
from attestor.http.allow_list import EVERYBODY, AllowList
from attestor.http.clients import CLIENT, REFUSED, Asking, certificate_of

OPEN = ("/health", "/livez", "/readyz")
"""Calls of supervisors and load balancers: they need no name, and use up no quota."""


@dataclass(frozen=True)
class AccessRules:
    """`allowed` are the addresses that may ask, `proxies` those whose X-Forwarded-For is believed;
    `named` and `unnamed` are the quotas of who has none of its own."""

    allowed: AllowList = EVERYBODY
    proxies: AllowList = EVERYBODY
    anonymous_here: bool = True
    """Whether this machine is served without a name, and"""
    anonymous_elsewhere: bool = False
    """others."""
    named: Quotas = NO_LIMITS
    unnamed: Quotas = NO_LIMITS


REVOKED_SECONDS = 1.0
"""How often it is looked whether clients that wait for an answer may still have one."""


class Access:
    """One middleware. Lives in one event loop."""

    def __init__(
        self, rules: AccessRules, known: KnownClients, usage: Usage, asking: Asking
    ) -> None:
        self._rules = rules
        self._known = known
        self._usage = usage
        self._asking = asking
        self._answered: dict[asyncio.Task[object], web.Request] = {}

    async def end_revoked(self) -> None:
        """End the calls of clients that were revoked meanwhile, until it is cancelled: a stream of
        events may last for minutes."""
        judged = self._known.renewals
        while True:
            await asyncio.sleep(REVOKED_SECONDS)
            if self._answered:
                self._known.look()
            if self._known.renewals != judged:
                judged = self._known.renewals
                for task, request in list(self._answered.items()):
                    self._end_if_revoked(task, request)

    def _end_if_revoked(self, task: asyncio.Task[object], request: web.Request) -> None:
        try:
            self._client(request)
        except AttestorError as error:
            request[REFUSED] = error
            task.cancel()

    def use_quotas(self, named: Quotas, unnamed: Quotas) -> None:
        """Go by other quotas from the next request on."""
        self._rules = replace(self._rules, named=named, unnamed=unnamed)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raises `Unauthenticated`, `ClientRefused` and `QuotaExceeded`."""
        if request.path in OPEN:
            self._begin(request, self._client_or_stranger(request))
            return await handler(request)
        client = self._client(request)
        self._begin(request, client)
        self._usage.request(client)
        reserved, has_body = request.content_length or 0, request.can_read_body
        if has_body:
            self._usage.reserve_bytes(client, reserved)
        try:
            with self._until_revoked(request):
                return await handler(request)
        finally:
            if has_body:
                self._usage.settle_bytes(client, reserved, request.content.total_bytes)

    @contextmanager
    def _until_revoked(self, request: web.Request) -> Iterator[None]:
        """Raises why the client may not ask any more, once that is so."""
        task = asyncio.current_task()
        assert task is not None
        self._answered[task] = request
        try:
            yield
        except asyncio.CancelledError:
            if REFUSED not in request:
                raise
            task.uncancel()
            raise request[REFUSED] from None
        finally:
            del self._answered[task]

    def _begin(self, request: web.Request, client: Client) -> None:
        request[CLIENT] = client
        self._asking.begin(client)

    def _client_or_stranger(self, request: web.Request) -> Client:
        try:
            return self._client(request)
        except AttestorError:
            return Client(shared_by(self._address(request)), How.ADDRESS)

    def _client(self, request: web.Request) -> Client:
        address = self._address(request)
        if not self._rules.allowed.allows(address):
            raise ClientRefused(f"{address} is not among the addresses that may ask")
        is_local = self._is_local(request)
        if (authorization := request.headers.get("Authorization")) is not None:
            key = api_key.parse_authorization(authorization)
            if key is None:
                hint = "Authorization: Bearer atk_…, as the operator gave it"
                raise KeyRefused("the header Authorization has no API key", hint=hint)
            known = self._known.by_key(key)
            return Client(known.name, How.KEY, self._rules.named.with_own(known.quotas), is_local)
        if (certificate := certificate_of(request)) is not None:
            return self._by_certificate(certificate, is_local)
        if not (self._rules.anonymous_elsewhere or (is_local and self._rules.anonymous_here)):
            hint = "send an API key as Authorization: Bearer …, or a client certificate, as the "
            hint += "operator says"
            if is_loopback(request.remote or "") and not addressed.is_of_this_machine(request):
                hint += f"; to be known as this machine, {addressed.HINT}"
            raise Unauthenticated("this service asks who you are", hint=hint)
        quotas = NO_LIMITS if is_local else self._rules.unnamed
        return Client(shared_by(address), How.ADDRESS, quotas, is_local)

    def _by_certificate(self, certificate: dict[str, object], is_local: bool) -> Client:
        name = certificate_name(certificate)
        if name is None:
            raise ClientRefused(
                "the client certificate has no name that can be used",
                hint=f"in its subjectAltName or its common name: {NAME_RULE}",
            )
        known = self._known.by_name(name)
        quotas = self._rules.named.with_own({} if known is None else known.quotas)
        return Client(name, How.CERTIFICATE, quotas, is_local)

    def _address(self, request: web.Request) -> str:
        lines = request.headers.getall("X-Forwarded-For", [])
        return forwarded.origin(request.remote or "", lines, self._rules.proxies)

    def _is_local(self, request: web.Request) -> bool:
        """Whether it was sent on this machine. What came by a proxy, as far as that can be seen,
        was not: the proxy may be on this machine, and who asks it anywhere. Nor was what a page of
        another site has a browser ask here."""
        if any(sign in request.headers for sign in forwarded.SIGNS):
            return False
        if not addressed.is_of_this_machine(request):
            return False
        peer = request.remote or ""
        return not self._rules.proxies.names(peer) and is_loopback(peer)
