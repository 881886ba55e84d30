"""Who may ask, over real sockets: keys, certificates, addresses, quotas, ids and the log."""

import asyncio
import datetime
import json
import ssl
import time
from asyncio import sslproto
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, TCPConnector, web
from cases.tls_files import AUTHORITY, NOW, OWN, issue, write
from loguru import logger

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.core import api_key
from attestor.core.quotas import Quotas
from attestor.http import tls_files
from attestor.http.access import Access, AccessRules
from attestor.http.access_log import AccessLog
from attestor.http.allow_list import AllowList
from attestor.http.clients import CLIENT, Asking, client_of
from attestor.http.connections import ConnectionLimits
from attestor.http.expectations import tell_to_go_on
from attestor.http.process_limits import TLS_BUFFER_BYTES, bound_tls_memory
from attestor.http.server import Listener, application, listen
from attestor.http.tls_files import TlsFiles
from attestor.http.tls_renewal import TlsRenewal

KEY, REVOKED = api_key.make(bytes(range(40))), api_key.make(bytes(range(1, 41)))
ALICE = KnownClient(
    "alice",
    "then",
    keys=(KeptKey(KEY.id, KEY.sha256(), "then"), KeptKey(REVOKED.id, REVOKED.sha256(), "a", "b")),
    quotas={"requests_per_minute": 0},
)
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
NOBODY = AccessRules(anonymous_here=False)
PROXIES = AllowList.parse(["127.0.0.0/8"], "x")
Ask = Callable[[ClientSession, str], Awaitable[None]]


@dataclass
class Service:
    rules: AccessRules = NOBODY
    clients: tuple[KnownClient, ...] = (ALICE,)
    files: TlsFiles | None = None
    is_logged: bool = True
    seen: list[str] = field(default_factory=list)
    listener: Listener | None = None
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)

    def run(self, folder: Path, ask: Ask, tls: ssl.SSLContext | None = None) -> None:
        path = folder / "clients.json"
        path.write_bytes(clients_file.encode(self.clients))
        asyncio.run(asyncio.wait_for(self._whole(path, ask, tls), 60))

    async def _whole(self, path: Path, ask: Ask, tls: ssl.SSLContext | None) -> None:
        asking = Asking()
        known = KnownClients(path, time.monotonic)
        access = Access(self.rules, known, Usage(time.monotonic), asking)
        log = AccessLog(self.is_logged)
        served = application([log.middleware], [access.middleware])
        log.add_to(served)

        async def call(request: web.Request) -> web.Response:
            await tell_to_go_on(request)
            await request.read()
            working_for = await asyncio.to_thread(asking)
            assert working_for is request[CLIENT]
            self.seen.append(client_of(request))
            return web.json_response({"client": client_of(request)})

        for path_name in ("/call/{id}", "/health"):
            served.router.add_route("*", path_name, call)
        context = None if self.files is None else tls_files.server_context(self.files, today())
        listening = listen("127.0.0.1", 0, "api")
        self.listener = Listener(served, listening, self.limits, context)
        await self.listener.start()
        try:
            async with ClientSession(connector=TCPConnector(ssl=tls or False)) as session:
                scheme = "http" if context is None else "https"
                await ask(session, f"{scheme}://127.0.0.1:{self.listener.address[1]}")
        finally:
            await self.listener.stop()


def today() -> datetime.datetime:
    return NOW


async def get(
    session: ClientSession, url: str, headers: dict[str, str] | None = None, **more: Any
) -> tuple[int, dict[str, Any], Any]:
    async with session.post(url, headers=headers or {}, **more) as answer:
        body = await answer.read()
        return answer.status, json.loads(body) if body else {}, answer.headers


@pytest.fixture
def lines() -> Iterator[list[str]]:
    logged: list[str] = []
    sink = logger.add(lambda text: logged.append(str(text)), format="{message}", level="DEBUG")
    yield logged
    logger.remove(sink)


def test_key__good__is_its_clients_request(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        for header in (f"Bearer {KEY}", f"bearer {KEY}"):
            status, told, _ = await get(session, f"{url}/call/1", {"Authorization": header})
            assert (status, told) == (200, {"client": "client alice"})

    Service().run(tmp_path, ask)


BAD = {
    "none": None,
    "basic": "Basic YTpi",
    "unknown": f"Bearer {api_key.make(bytes(40))}",
    "wrong secret": f"Bearer {api_key.ApiKey(KEY.id, REVOKED.secret)}",
    "revoked": f"Bearer {REVOKED}",
    "long": "Bearer " + "a" * 7000,
    "bare": str(KEY),
}


@pytest.mark.parametrize("name", BAD)
def test_key__missing_or_bad__is_401_with_its_code_and_nothing_is_called(
    name: str, tmp_path: Path, lines: list[str]
) -> None:
    header = BAD[name]

    async def ask(session: ClientSession, url: str) -> None:
        headers = {} if header is None else {"Authorization": header}
        status, told, answered = await get(session, f"{url}/call/1", headers)
        assert status == 401
        assert told["error"]["code"] == ("unauthenticated" if header is None else "key_refused")
        assert told["error"]["hint"]
        assert answered["WWW-Authenticate"].startswith("Bearer")
        assert told["error"]["request_id"] == answered["X-Request-Id"]

    service = Service()
    service.run(tmp_path, ask)
    assert service.seen == []
    assert header is None or header[-20:] not in "".join(lines), "keys are not logged"


def test_client__revoked__is_403(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        status, told, _ = await get(session, f"{url}/call/1", AUTHORIZED)
        assert (status, told["error"]["code"]) == (403, "client_refused")

    Service(clients=(replace(ALICE, revoked_at="now"),)).run(tmp_path, ask)


def test_health__without_a_name_or_with_a_bad_key__is_answered(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        for headers in ({}, {"Authorization": "Bearer x"}):
            assert (await get(session, f"{url}/health", headers))[0] == 200

    Service().run(tmp_path, ask)


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({}, "address 127.0.0.1"),
        ({"X-Forwarded-For": "192.0.2.7"}, "address 192.0.2.7"),
        ({"X-Forwarded-For": "6.6.6.6, 192.0.2.7, 127.0.0.5"}, "address 192.0.2.7"),
        ({"X-Forwarded-For": "192.0.2.7:1234"}, "address 192.0.2.7"),
        ({"X-Forwarded-For": "[2001:db8::7]:1"}, "address 2001:db8::"),
        ({"X-Forwarded-For": "192.0.2.7, rubbish"}, "address 127.0.0.1"),
    ],
)
def test_proxy__trusted__says_who_asks(
    headers: dict[str, str], client: str, tmp_path: Path
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1", headers))[1] == {"client": client}

    Service(AccessRules(proxies=PROXIES, anonymous_elsewhere=True)).run(tmp_path, ask)


@pytest.mark.parametrize(
    "header",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example:8080"},
        {"Host": "rebound.example@127.0.0.1"},
        {"Origin": "https://page.example"},
        {"Origin": "null"},
    ],
)
def test_browser__page_of_another_site__is_not_this_machine(
    header: dict[str, str], tmp_path: Path
) -> None:
    """A page that its reader's browser shows must not ask as who sits in front of it."""

    async def ask(session: ClientSession, url: str) -> None:
        status, told, _ = await get(session, f"{url}/call/1", header)
        assert (status, told["error"]["code"]) == (401, "unauthenticated")
        assert "localhost" in told["error"]["hint"]
        own = {"Host": "localhost:80", "Origin": "http://localhost:3000"}
        assert (await get(session, f"{url}/call/1", own))[0] == 200
        assert (await get(session, f"{url}/call/1", {**header, **AUTHORIZED}))[0] == 200

    service = Service(AccessRules())
    service.run(tmp_path, ask)
    assert len(service.seen) == 2


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_proxy__not_trusted__is_not_believed_and_not_this_machine(
    header: str, tmp_path: Path
) -> None:
    """A proxy on this machine that nobody told of must not let everybody in as local."""

    async def ask(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1"))[0] == 200
        assert (await get(session, f"{url}/call/1", {header: "127.0.0.1"}))[0] == 401

    Service(AccessRules()).run(tmp_path, ask)


def test_proxy__trusted_and_silent__is_not_this_machine(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1"))[0] == 401
        forged = {"X-Forwarded-For": "127.0.0.1"}
        assert (await get(session, f"{url}/call/1", forged))[0] == 401

    Service(AccessRules(proxies=PROXIES)).run(tmp_path, ask)


def test_allow_list__behind_a_proxy__judges_who_asks(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        for address, status in (("10.1.2.3", 200), ("10.2.2.3", 403)):
            headers = {**AUTHORIZED, "X-Forwarded-For": address}
            assert (await get(session, f"{url}/call/1", headers))[0] == status

    allowed = AllowList.parse(["10.1.0.0/16"], "x")
    Service(AccessRules(allowed=allowed, proxies=PROXIES)).run(tmp_path, ask)


def test_quota__requests_of_a_client__end_in_429_and_leave_others_alone(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        one, other = ({"X-Forwarded-For": f"192.0.2.{number}"} for number in (1, 2))
        for _ in range(3):
            assert (await get(session, f"{url}/call/1", one))[0] == 200
        status, told, headers = await get(session, f"{url}/call/1", one)
        assert (status, told["error"]["code"]) == (429, "quota_exceeded")
        assert told["error"]["limit"] == "requests_per_minute"
        assert 15 <= int(headers["Retry-After"]) <= 20
        assert (await get(session, f"{url}/call/1", other))[0] == 200
        assert (await get(session, f"{url}/call/1", {**one, **AUTHORIZED}))[0] == 200
        assert (await get(session, f"{url}/health", one))[0] == 200

    rules = AccessRules(
        proxies=PROXIES, anonymous_elsewhere=True, unnamed=Quotas(requests_per_minute=3)
    )
    Service(rules).run(tmp_path, ask)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_quota__bytes__counts_bodies_announced_or_not(is_chunked: bool, tmp_path: Path) -> None:
    async def chunks() -> Any:
        for _ in range(6):
            yield b"x" * 100

    async def ask(session: ClientSession, url: str) -> None:
        def body() -> Any:
            return chunks() if is_chunked else b"x" * 600

        headers = {"X-Forwarded-For": "192.0.2.1"}
        assert (await get(session, f"{url}/call/1", headers, data=body()))[0] == 200
        if is_chunked:
            assert (await get(session, f"{url}/call/1", headers, data=body()))[0] == 200
        status, told, _ = await get(session, f"{url}/call/1", headers, data=body())
        assert (status, told["error"]["limit"]) == (429, "bytes_per_hour")
        assert (await get(session, f"{url}/call/1", headers))[0] == 200, "it has no body"

    rules = AccessRules(
        proxies=PROXIES, anonymous_elsewhere=True, unnamed=Quotas(bytes_per_hour=1000)
    )
    Service(rules).run(tmp_path, ask)


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [("abc-1.2_3", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("", False)],
)
def test_request_id__sane__is_kept_and_another_replaced(
    given: str, is_taken: bool, tmp_path: Path, lines: list[str]
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        _, _, headers = await get(session, f"{url}/call/1", {**AUTHORIZED, "X-Request-Id": given})
        assert (headers["X-Request-Id"] == given) is is_taken
        assert any(f"id={headers['X-Request-Id']} " in line for line in lines)

    Service().run(tmp_path, ask)


def test_log__a_request__is_one_line_without_query_and_body(
    tmp_path: Path, lines: list[str]
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        await get(session, f"{url}/call/secret?key=secret", AUTHORIZED, data=b"secret")
        await get(session, f"{url}/nowhere/secret", AUTHORIZED)

    Service().run(tmp_path, ask)
    told = [line for line in lines if line.startswith("request ")]
    assert (
        "client=alice from=127.0.0.1 method=POST route=/call/{id} status=200 in=6 out=" in told[0]
    )
    assert "route=- status=404" in told[1]
    assert "secret" not in "".join(told)


def test_log__flood_of_bad_keys__is_a_few_lines(tmp_path: Path, lines: list[str]) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        for number in range(200):
            bad = {"Authorization": f"Bearer {api_key.make(bytes([number]) * 40)}"}
            assert (await get(session, f"{url}/call/1", bad))[0] == 401
        assert (await get(session, f"{url}/call/1", AUTHORIZED))[0] == 200

    Service().run(tmp_path, ask)
    told = [line for line in lines if line.startswith("request ")]
    assert len(told) < 60
    assert "untold_refusals=" in told[-1], "what was left out is counted"


def mutual(tmp_path: Path, is_required: bool) -> TlsFiles:
    write(tmp_path, OWN.pem, OWN.key_pem())
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem)
    return TlsFiles(
        tmp_path / "prover.crt", tmp_path / "prover.key", tmp_path / "ca.pem", is_required
    )


def shows(tmp_path: Path, name: str, names: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A client's context with a certificate of the authority."""
    own = issue(name, AUTHORITY, names=names)
    (tmp_path / "own.pem").write_bytes(own.pem + own.key_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(tmp_path / "own.pem")
    return context


@pytest.mark.parametrize(
    ("names", "client"), [((), "client bob"), (("b.example", "c.example"), "client b.example")]
)
def test_certificate__of_the_authority__names_the_client(
    names: tuple[str, ...], client: str, tmp_path: Path
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1"))[1] == {"client": client}

    Service(files=mutual(tmp_path, True)).run(tmp_path, ask, shows(tmp_path, "bob", names))


def test_certificate__of_a_revoked_client_or_without_a_name__is_403(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1"))[0] == 403

    bob = KnownClient("bob", "then", "now")
    for name in ("bob", "no name"):
        Service(files=mutual(tmp_path, True), clients=(bob,)).run(
            tmp_path, ask, shows(tmp_path, name)
        )


def test_certificate__none__ends_the_handshake_or_asks_for_a_key(tmp_path: Path) -> None:
    async def ends(session: ClientSession, url: str) -> None:
        with pytest.raises(ClientConnectionError):
            await get(session, f"{url}/call/1", AUTHORIZED)

    async def asks(session: ClientSession, url: str) -> None:
        assert (await get(session, f"{url}/call/1"))[0] == 401
        assert (await get(session, f"{url}/call/1", AUTHORIZED))[0] == 200

    Service(files=mutual(tmp_path, True)).run(tmp_path, ends)
    Service(files=mutual(tmp_path, False)).run(tmp_path, asks)


def test_certificate__of_another_authority__is_refused(tmp_path: Path) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        with pytest.raises(ClientConnectionError):
            await get(session, f"{url}/call/1", AUTHORIZED)

    context = shows(tmp_path, "bob")
    stranger = issue("bob")
    (tmp_path / "own.pem").write_bytes(stranger.pem + stranger.key_pem())
    context.load_cert_chain(tmp_path / "own.pem")
    Service(files=mutual(tmp_path, False)).run(tmp_path, ask, context)


def test_certificate__renewed_on_the_disk__is_shown_without_a_restart(
    tmp_path: Path, lines: list[str]
) -> None:
    files = replace(mutual(tmp_path, True), client_authorities=None)
    service = Service(files=files)

    async def shown(url: str) -> bytes:
        host, port = url.removeprefix("https://").split(":")
        return await asyncio.to_thread(
            lambda: ssl.get_server_certificate((host, int(port))).encode()
        )

    async def ask(session: ClientSession, url: str) -> None:
        assert service.listener is not None
        renewal = TlsRenewal(files, service.listener.use, time.monotonic, today)
        renewal.look()
        assert await shown(url) == OWN.pem
        fresh = issue("prover.example", AUTHORITY, names=("prover.example",))
        files.certificates.write_bytes(fresh.pem)
        renewal.look()
        assert await shown(url) == OWN.pem, "the key is still the old one's"
        assert any("stays as it was" in line for line in lines)
        files.key.write_bytes(fresh.key_pem())
        renewal.look()
        assert await shown(url) == fresh.pem
        assert (await get(session, f"{url}/call/1", AUTHORIZED))[0] == 200

    service.run(tmp_path, ask)


def test_tls__buffers_of_a_connection__are_small() -> None:
    """asyncio fills 256 KiB with zeros for each, whether or not its handshake ever ends."""
    bound_tls_memory()

    async def whole() -> int:
        loop = asyncio.get_running_loop()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made = sslproto.SSLProtocol(loop, asyncio.Protocol(), context, loop.create_future(), True)
        return len(made.get_buffer(-1))

    assert asyncio.run(whole()) == TLS_BUFFER_BYTES


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01\x02\x00\x01\x00"])
def test_handshakes__without_end_from_many_addresses__keep_nobody_out(
    first: bytes, tmp_path: Path
) -> None:
    """They take all connections there are, and the oldest gives way."""
    service = Service(files=mutual(tmp_path, False), limits=ConnectionLimits(total=4))

    async def ask(session: ClientSession, url: str) -> None:
        port = int(url.rsplit(":", 1)[1])
        held = []
        for number in range(12):
            where = (f"127.0.1.{1 + number}", 0)
            _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=where)
            writer.write(first)
            held.append(writer)
        await asyncio.sleep(0.2)
        assert service.listener is not None
        assert service.listener.open_connections <= 5
        assert (await get(session, f"{url}/call/1", AUTHORIZED))[0] == 200
        for writer in held:
            writer.close()

    service.run(tmp_path, ask)


def test_connections__of_a_trusted_proxy__are_not_bound_by_those_of_one_address(
    tmp_path: Path,
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        port = int(url.rsplit(":", 1)[1])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        assert (await get(session, f"{url}/call/1", AUTHORIZED))[0] == 200
        for _, writer in held:
            writer.close()

    Service(limits=ConnectionLimits(per_address=2, proxies=PROXIES)).run(tmp_path, ask)
