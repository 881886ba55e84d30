"""The operator's exact bytes: that the program in Go sends them, in its order, and that the process
answers each of them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from cases.avs_parts import ANSWER, HASH, SENT, ZERO
from cases.avs_process import running, write_file
from cases.go_operator import build, calls

from attestor import __version__

REPORT_DATA = "0x" + "00" * 63 + "ab"
NOBODY = "0x" + "00" * 20
BATCH = bytes(31) + b"\x04"
SORTED = json.dumps(
    {name: SENT[name] for name in ("hash", "interning", "pob")}, separators=(",", ":")
)
TASK = (
    f'{{"batch":"0x{BATCH.hex()}","pob_hash":"{HASH}","from":"{NOBODY}",'
    f'"starting_state_root":"{ZERO}","final_state_root":"{ZERO}"}}'
)
LINEA = (
    f'{{"pob_hash":"{HASH}","from":"{NOBODY}","task_type":2,"start":7,"end":8,'
    f'"starting_state_root":"{ZERO}","final_state_root":"{ZERO}"}}'
)


def line(number: int, method: str, params: str) -> str:
    return f'{{"jsonrpc":"2.0","id":{number},"method":"{method}","params":[{params}]}}'


SENT_LINES = [
    line(1, "generateAttestationReport", f'"{REPORT_DATA}"'),
    '{"jsonrpc":"2.0","id":2,"method":"prover_metadata"}',
    line(3, "prover_genContext", "7,8,1"),
    line(4, "da_tryLock", f'"{HASH}"'),
    line(5, "da_putPob", SORTED),
    line(6, "prover_proveTask", TASK),
]
HEADERS = {
    "User-Agent": "Go-http-client/1.1",
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Accept-Encoding": "gzip",
}
RESULTS: dict[str, object] = {
    "generateAttestationReport": "0x00",
    "prover_metadata": {"with_context": True, "version": "v0", "task_with_context": {"1": True}},
    "prover_genContext": SENT,
    "da_tryLock": "Locked",
    "da_putPob": None,
    "prover_proveTask": ANSWER.to_json(),
}
Seen = list[tuple[str, dict[str, str], str]]


@contextmanager
def listening() -> Iterator[tuple[str, Seen]]:
    """A server that keeps what it was sent: request line, headers, body."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append((self.requestline, dict(self.headers.items()), body))
            asked = json.loads(body)
            told = {"jsonrpc": "2.0", "result": RESULTS[asked["method"]], "id": asked["id"]}
            text = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
def test_go_operator__its_requests__are_the_operators_byte_for_byte(tmp_path: Path) -> None:
    context, batch = tmp_path / "context.json", tmp_path / "batch"
    context.write_text(SORTED)
    batch.write_bytes(BATCH)
    with listening() as (url, seen):
        found = calls(build(tmp_path), url, context, batch, 7, 8)
    assert all("error" not in told for told in found.values()), found
    assert [body for _, _, body in seen] == SENT_LINES
    for asked, headers, _ in seen:
        assert asked == "POST / HTTP/1.1"
        assert {name: headers[name] for name in HEADERS} == HEADERS


def failure(number: int, code: int, message: str) -> str:
    return f'{{"jsonrpc":"2.0","error":{{"code":{code},"message":"{message}"}},"id":{number}}}'


def result(number: int, text: str) -> str:
    return f'{{"jsonrpc":"2.0","result":{text},"id":{number}}}'


METADATA = (
    f'{{"with_context":true,"version":"v{__version__}","task_with_context":{{"1":true,"2":true}}}}'
)


def test_process__the_operators_bytes__get_these_bytes(tmp_path: Path) -> None:
    answers: list[str] = []
    lines = [
        *SENT_LINES[1:2],
        *SENT_LINES[3:5],
        line(6, "da_tryLock", f'"{HASH}"'),
        line(9, "prover_proveTask", LINEA),
        line(10, "getPoe", f'"{ZERO}"'),
        line(11, "prover_proveTask", TASK.replace(HASH, ZERO).replace(f"0x{BATCH.hex()}", "0x")),
    ]
    with running(write_file(tmp_path)) as started, requests.Session() as session:
        session.headers.update(HEADERS)
        for sent in lines:
            address = f"http://127.0.0.1:{started.port}/"
            told = session.post(address, data=sent.encode(), timeout=30)
            assert told.status_code == 200
            assert told.headers["Content-Type"] == "application/json; charset=utf-8"
            assert "Content-Encoding" not in told.headers
            answers.append(told.text)
    assert answers[:-1] == [
        result(2, METADATA),
        result(4, '"Locked"'),
        result(5, "null"),
        result(6, '"Exist"'),
        failure(9, 15001, "Linea tasks are not served: this prover is for Scroll"),
        failure(10, 14011, "missing config for scroll_chain"),
    ]
    assert answers[-1].startswith(
        '{"jsonrpc":"2.0","error":{"code":14001,"message":"the batch has 0'
    )
