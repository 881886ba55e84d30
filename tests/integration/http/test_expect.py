"""The header `Expect` over real sockets: answered as everything else is."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession
from integration.http.test_access import AUTHORIZED, Service, get, lines

__all__ = ["lines"]


@pytest.mark.parametrize(("path", "status"), [("/call/1", 200), ("/no_such_call", 404)])
def test_expect__something_unknown__is_answered_as_without_with_id_and_log(
    path: str, status: int, tmp_path: Path, lines: list[str]
) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        told, _, headers = await get(session, url + path, AUTHORIZED | {"Expect": "a-cake"})
        assert told == status
        assert headers["X-Request-Id"]

    Service().run(tmp_path, ask)
    seen = [line for line in lines if f"status={status}" in line and "client=alice" in line]
    assert len(seen) == 1


@pytest.mark.parametrize(("sent", "status"), [(AUTHORIZED, 200), ({}, 401)])
def test_expect__to_go_on__is_told_to_those_who_may_ask_alone(
    sent: dict[str, str], status: int, tmp_path: Path
) -> None:
    async def ask(_: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = {"Host": "x", "Content-Length": "2", "Expect": "100-continue", **sent}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        writer.write(f"POST /call/1 HTTP/1.1\r\n{lines}\r\n".encode())
        first = await asyncio.wait_for(reader.readline(), 5)
        if status == 200:
            assert first == b"HTTP/1.1 100 Continue\r\n"
            writer.write(b"{}")
            assert await reader.readline() == b"\r\n"
            first = await reader.readline()
        assert first.split()[1] == str(status).encode()
        writer.close()

    Service().run(tmp_path, ask)
