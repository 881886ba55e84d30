"""The process that decodes bodies: right answers, what it is confined by, and how it may end."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.processes import filtered

from attestor.config import ROOT
from attestor.core import frame
from attestor.errors import BodyInvalid, DecoderFailed, ExecutorMissing
from attestor.executor.bodies import PROGRAM, BodyDecoder
from attestor.http import wire
from attestor.http.wire import ProofRequest

PROGRAMS = ROOT / "executor" / "target" / "release"
BODY = wire.encode_request(b"\x7fELF", [b"\x01\x00", b""])
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def decoder() -> BodyDecoder:
    return BodyDecoder(PROGRAMS)


def body(**changes: Any) -> bytes:
    return json.dumps({**json.loads(BODY), **changes}).encode()


def stdin(**changes: Any) -> bytes:
    return body(stdin={"buffer": [[1]], "ptr": 0, "proofs": [], **changes})


def test_decode__request__is_program_and_entries(decoder: BodyDecoder) -> None:
    assert decoder.decode(BODY) == (b"\x7fELF", b"\x01\x00", b"")


def test_decode__directory_relative_to_this_one__is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROGRAMS.parent)
    assert BodyDecoder(Path(PROGRAMS.name)).decode(BODY)


def test_decode__every_byte_and_large_entries__come_back(decoder: BodyDecoder) -> None:
    program, entries = bytes(range(256)) * 4000, [os.urandom(300_000), b"", os.urandom(7)]
    body = wire.encode_request(program, entries)
    assert len(body) > 3 * MEBIBYTE
    found = wire.decode_request(body, decoder.decode)
    assert found == ProofRequest(program, tuple(entries))


ACCEPTED = {
    "canonical": BODY,
    "spaces": BODY.replace(b",", b" ,\n").replace(b":", b"\t: ").replace(b"[", b"[ "),
    "no entries": stdin(buffer=[]),
    "empty entries": stdin(buffer=[[], [1], []]),
    "largest ptr": stdin(ptr=(1 << 64) - 1),
    "other order": json.dumps(dict(reversed(list(json.loads(BODY).items())))).encode(),
    "unknown keys": body(x=[{"elf": [1], "y": [None, True, 1e300]}]),
    "unknown key twice": BODY[:-1] + b',"x":1,"x":2}',
    "escaped key": BODY.replace(b'"elf"', b'"\\u0065lf"'),
    "as an array": b'[[127],[[[1]],0,[]],"TEE"]',
    "mode as a map": body(proof_mode={"TEE": None}),
    **{f"mode {mode}": body(proof_mode=mode) for mode in sorted(wire.PROOF_MODES)},
}

REFUSED = {
    "nothing": (b"", "EOF while parsing"),
    "half": (BODY[:-1], "EOF while parsing"),
    "brackets": (b"[" * 100_000, "invalid type: sequence"),
    "null": (b"null", "invalid type: null"),
    "trailing characters": (BODY + b"x", "trailing characters"),
    "two bodies": (BODY + BODY, "trailing characters"),
    "byte order mark": (b"\xef\xbb\xbf" + BODY, "expected value"),
    "UTF-16": (BODY.decode().encode("utf-16-le"), "key must be a string"),
    "key twice": (BODY[:-1] + b',"elf":[]}', "duplicate field `elf`"),
    "key twice, escaped": (BODY[:-1] + b',"\\u0065lf":[]}', "duplicate field `elf`"),
    "missing elf": (BODY.replace(b'"elf"', b'"fle"'), "missing field `elf`"),
    "missing mode": (BODY.replace(b"proof_mode", b"mode"), "missing field `proof_mode`"),
    "missing ptr": (BODY.replace(b'"ptr"', b'"x"'), "missing field `ptr`"),
    "elf as text": (body(elf="7f45"), "invalid type: string"),
    "elf as null": (body(elf=None), "invalid type: null"),
    "number 256": (body(elf=[256]), "invalid value: integer `256`, expected u8"),
    "number -1": (body(elf=[-1]), "invalid value: integer `-1`"),
    "number -0": (BODY.replace(b"[127", b"[-0"), "invalid type: floating point"),
    "number 1.0": (body(elf=[1.0]), "invalid type: floating point"),
    "number 1e2": (BODY.replace(b"[127", b"[1e2"), "invalid type: floating point"),
    "number 01": (BODY.replace(b"[127", b"[01"), "invalid number"),
    "number true": (body(elf=[True]), "invalid type: boolean `true`, expected u8"),
    "number as text": (body(elf=["1"]), "invalid type: string"),
    "NaN": (BODY.replace(b"[127", b"[NaN"), "expected value"),
    "comma at the end": (BODY.replace(b"70]", b"70,]"), "trailing comma"),
    "mode of no name": (body(proof_mode="Magic"), "unknown variant `Magic`"),
    "mode as a number": (body(proof_mode=5), "at line 1"),
    "stdin as null": (body(stdin=None), "invalid type: null"),
    "buffer as null": (stdin(buffer=None), "invalid type: null"),
    "entry as text": (stdin(buffer=[[1], "x"]), "invalid type: string"),
    "too many entries": (stdin(buffer=[[]] * 4097), "more than 4096 entries"),
    "ptr as text": (stdin(ptr="0"), "invalid type: string"),
    "ptr true": (stdin(ptr=True), "invalid type: boolean"),
    "ptr -1": (stdin(ptr=-1), "invalid value: integer `-1`"),
    "ptr 2^64": (stdin(ptr=1 << 64), "invalid type: floating point"),
    "proofs": (stdin(proofs=[[]]), "proofs is not empty"),
    "proofs as null": (stdin(proofs=None), "invalid type: null"),
}


SIMPLE = {"canonical", "spaces", "no entries", "empty entries"}
SIMPLE |= {f"mode {mode}" for mode in wire.PROOF_MODES}
"""Forms without anything that needs a rule: no other process is asked."""


@pytest.mark.parametrize("kind", ACCEPTED)
def test_decode_request__what_upstream_takes__is_taken(decoder: BodyDecoder, kind: str) -> None:
    asked: list[bytes] = []

    def decode(text: bytes) -> tuple[bytes, ...]:
        asked.append(text)
        return decoder.decode(text)

    found = wire.decode_request(ACCEPTED[kind], decode)
    assert (found.program, *found.stdin) == decoder.decode(ACCEPTED[kind])
    assert bool(asked) == (kind not in SIMPLE)


@pytest.mark.parametrize("kind", REFUSED)
def test_decode_request__what_upstream_refuses__is_refused(decoder: BodyDecoder, kind: str) -> None:
    given, said = REFUSED[kind]
    with pytest.raises(BodyInvalid, match=said):
        wire.decode_request(given, decoder.decode)


def test_decode__hostile_words__are_cut_and_printable(decoder: BodyDecoder) -> None:
    with pytest.raises(BodyInvalid) as caught:
        decoder.decode(body(proof_mode="\x1b[2J\n\u00e9\U0001f600" + "x" * 100_000))
    assert caught.value.message.isascii()
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


def test_decode__no_program__says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ExecutorMissing, match="attestor-decode cannot be started.*make executor"):
        BodyDecoder(tmp_path).decode(BODY)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("os.kill(os.getpid(), 9)", "ended with status -9"),
        ("sys.exit(3)", "ended with status 3"),
        ("sys.stderr.write('out\\x1b of luck'); sys.exit(1)", r"it printed: out\? of luck"),
        ("pass", "gave no answer"),
        ("os.write(1, bytes(1000))", "gave no answer"),
        ("os.write(1, b'\\0\\0\\0\\x02{}')", "answered neither"),
        ("os.write(1, b'\\0\\0\\0\\x0b{\"ok\":true}')", "answered neither"),
        ('os.write(1, b\'\\0\\0\\0\\x13{"class":"invalid"}\')', "answered neither"),
        ("[os.write(1, bytes(1 << 16)) for _ in range(100)]", "more than"),
    ],
)
def test_decode__program_gives_no_answer__is_transient_and_not_the_bodys_fault(
    tmp_path: Path, program: str, said: str
) -> None:
    fake = tmp_path / PROGRAM
    fake.write_text(f"#!{sys.executable} -IS\nimport os, sys\n{program}\n")
    fake.chmod(0o755)
    with pytest.raises(DecoderFailed, match=said):
        BodyDecoder(tmp_path).decode(BODY)


def request(given: bytes, **limits: int) -> bytes:
    bounds = {"cpu_seconds": 60, "memory_bytes": 1 << 30, **limits}
    return frame.encode_header({"version": 1, "limits": bounds}, [len(given)]) + given


def measured(given: bytes) -> tuple[int, float]:
    """Peak resident bytes and CPU seconds of a process that decodes the body."""
    done = filtered(PROGRAMS / PROGRAM, request(given))
    assert (done.status, b'"ok":true' in done.answer[:1000]) == (0, True)
    return done.peak_bytes, done.cpu_seconds


@pytest.mark.parametrize(
    "large",
    [
        lambda n: wire.encode_request(b"\xff" * (n // 4), []),
        lambda n: wire.encode_request(b"", [b"\x07" * (n // 8)] * 4),
        lambda n: BODY[:-1] + b',"x":' + b'{"y":' * (n // 6) + b"1" + b"}" * (n // 6) + b"}",
        lambda n: BODY[:-1] + b',"x":"' + b'\\"' * (n // 2) + b'"}',
        lambda n: b" " * n + BODY,
    ],
    ids=["program", "stdin", "unknown objects", "unknown string", "spaces"],
)
def test_decode__growing_body__takes_linear_time_and_little_memory(
    large: Callable[[int], bytes],
) -> None:
    base, _ = measured(BODY)
    short, long = large(2 * MEBIBYTE), large(16 * MEBIBYTE)
    (_, quick), (memory, slow) = measured(short), measured(long)
    assert slow < 24 * max(quick, 0.005)
    # A body of numbers below 10 has a byte in two characters.
    assert memory - base < 0.75 * len(long)


def test_decode__limits__end_the_process() -> None:
    given = wire.encode_request(bytes(16 * MEBIBYTE), [])
    ended = subprocess.run(
        [PROGRAMS / PROGRAM],
        input=request(given, memory_bytes=12 * MEBIBYTE),
        capture_output=True,
        env={},
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stdout == b""


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (frame.encode(frame.Frame({"version": 2}, (BODY,))), "not of version 1"),
        (frame.encode(frame.Frame({"version": 1}, (BODY,))), "no cpu_seconds"),
        (frame.encode(frame.Frame({}, (BODY,))), "no version"),
        (request(BODY).replace(b'"blobs":[', b'"blobs":[1,'), "header ended|not one blob|JSON"),
        (b"", "length ended"),
    ],
)
def test_program__request_that_is_none__says_what_is_wrong(header: bytes, said: str) -> None:
    ended = subprocess.run(
        [PROGRAMS / PROGRAM], input=header, capture_output=True, env={}, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert re.search(said, ended.stderr.decode())


def test_program__while_it_reads__is_confined() -> None:
    process = subprocess.Popen(
        [PROGRAMS / PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    )
    assert process.stdin is not None
    try:
        process.stdin.write(request(BODY)[:-20])
        process.stdin.flush()
        for _ in range(500):
            told = Path(f"/proc/{process.pid}/status").read_text()
            if "Seccomp:\t2" in told:
                break
            time.sleep(0.01)
        assert "Seccomp:\t2" in told
        assert "NoNewPrivs:\t1" in told
        assert "CapEff:\t0000000000000000" in told
        limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
        values = {line[:25].strip(): line[26:].split()[:2] for line in limits}
        assert values["Max address space"] == [str(1 << 30)] * 2
        assert values["Max file size"] == ["0", "0"]
        assert values["Max processes"] == ["1", "1"]
        assert values["Max cpu time"] == ["60", "61"]
    finally:
        process.kill()
        process.communicate()


def test_decode__in_a_process_with_other_children__leaves_them_alone(
    decoder: BodyDecoder,
) -> None:
    """Such as the daemon's signer process, which can be taken for one that an executor left
    behind: here by the mark of those, there by its user."""
    code = "import resource, time; resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))"
    other = subprocess.Popen(
        [sys.executable, "-IS", "-c", f"{code}; print('up', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"up\n"
        assert decoder.decode(BODY)
        assert other.poll() is None
    finally:
        other.kill()
        other.communicate()
