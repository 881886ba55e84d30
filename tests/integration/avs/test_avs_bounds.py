"""How much the process answers at once, as the prover before it did."""

import contextlib
import socket
import time
from pathlib import Path

import requests
from cases.avs_process import running, write_file

CALL = '{"jsonrpc":"2.0","method":"prover_metadata","id":1}'
JSON = {"Content-Type": "application/json"}


def test_batch__of_a_hundred_calls__is_answered_and_one_more_is_not(tmp_path: Path) -> None:
    with running(write_file(tmp_path)) as started:
        address = f"http://127.0.0.1:{started.port}/"
        for count in (100, 101):
            body = "[" + ",".join([CALL] * count) + "]"
            found = requests.post(address, data=body, headers=JSON, timeout=30).json()
            if count == 100:
                assert [one["id"] for one in found] == [1] * 100
            else:
                assert found["error"]["code"] == -32010
                assert found["error"]["data"] == "Exceeded max limit of 100"


def answer(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 30) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return asking.makefile("rb").read()


def test_connections__of_a_hundred__the_next_is_told_that_there_are_too_many(
    tmp_path: Path,
) -> None:
    with running(write_file(tmp_path)) as started, contextlib.ExitStack() as held:
        for _ in range(99):
            held.enter_context(socket.create_connection(("127.0.0.1", started.port), 30))
        time.sleep(0.5)
        assert b" 200 OK" in answer(started.port)
        held.enter_context(socket.create_connection(("127.0.0.1", started.port), 30))
        time.sleep(0.5)
        head, _, body = answer(started.port).partition(b"\r\n\r\n")
        assert b" 429 " in head
        assert body == b"Too many connections. Please try again later."


def test_allow__address_that_is_not_named__is_not_answered(tmp_path: Path) -> None:
    with running(write_file(tmp_path), "--allow", "127.0.0.2") as started:
        with contextlib.suppress(ConnectionError):
            assert answer(started.port) == b""
        source = ("127.0.0.2", 0)
        with socket.create_connection(("127.0.0.1", started.port), 30, source) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b" 200 OK" in asking.makefile("rb").read()
