"""Upstream's JSON. What is refused, and why, is in tests/integration/executor/test_bodies.py: the
process that decodes says so."""

import json
from typing import Any

import pytest

from attestor.errors import BodyInvalid
from attestor.http import wire
from attestor.http.wire import ProofRequest, TeeProof

UPSTREAM = (
    b'{"elf":[127,69,76,70],"stdin":{"buffer":[[10,0,0,0]],"ptr":0,"proofs":[]},"proof_mode":"TEE"}'
)
PROOF = TeeProof(signature=bytes(range(65)), vk_hash_bytes=b"\x07" * 32, public_values=b"\x00\xff")


def body(**changes: Any) -> bytes:
    return json.dumps({**json.loads(UPSTREAM), **changes}).encode()


def stdin(**changes: Any) -> bytes:
    return body(stdin={"buffer": [[1]], "ptr": 0, "proofs": [], **changes})


def unasked(body: bytes) -> tuple[bytes, ...]:
    raise AssertionError("this needs no other process")


def elsewhere(body: bytes) -> tuple[bytes, ...]:
    return b"decoded", b"else", b"where"


def test_encode_request__upstreams_example__is_its_bytes() -> None:
    assert wire.encode_request(b"\x7fELF", [b"\x0a\x00\x00\x00"]) == UPSTREAM


def test_decode_request__upstreams_example__is_program_and_stdin() -> None:
    found = wire.decode_request(UPSTREAM, unasked)
    assert found == ProofRequest(b"\x7fELF", (b"\x0a\x00\x00\x00",))


@pytest.mark.parametrize("mode", sorted(wire.PROOF_MODES))
def test_decode_request__every_proof_mode__is_read_and_not_used(mode: str) -> None:
    assert wire.decode_request(body(proof_mode=mode), unasked).program == b"\x7fELF"


def test_decode_request__no_entries_and_empty_entries__are_told_apart() -> None:
    assert wire.decode_request(stdin(buffer=[]), unasked).stdin == ()
    assert wire.decode_request(stdin(buffer=[[], [1]]), unasked).stdin == (b"", b"\x01")


def test_decode_request__white_space__is_passed_over() -> None:
    spaced = UPSTREAM.replace(b",", b" ,\n").replace(b":", b"\t: ").replace(b"[", b"[ \r")
    assert wire.decode_request(b"\n" + spaced + b" ", unasked) == wire.decode_request(
        UPSTREAM, unasked
    )


def test_decode_request__entries__are_bounded() -> None:
    most = wire.MAX_STDIN_ENTRIES
    assert len(wire.decode_request(stdin(buffer=[[]] * most), unasked).stdin) == most
    with pytest.raises(BodyInvalid, match="more than 4096 entries"):
        wire.decode_request(stdin(buffer=[[]] * (most + 1)), unasked)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"[" * 100_000,
        UPSTREAM + b"x",
        UPSTREAM + UPSTREAM,
        UPSTREAM[:-1] + b',"elf":[]}',
        UPSTREAM[:-1] + b',"x":1}',
        UPSTREAM.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + UPSTREAM,
        UPSTREAM.replace(b" ", b"").replace(b",", b",\x0b"),
        body(elf=[256]),
        body(elf=[260]),
        body(elf=[1000]),
        body(elf=[-1]),
        body(elf=[1.5]),
        body(elf=[True]),
        body(elf=["1"]),
        UPSTREAM.replace(b"127", b"1e2"),
        UPSTREAM.replace(b"127", b"-0"),
        UPSTREAM.replace(b"127", b"07"),
        UPSTREAM.replace(b"127", b"1 2"),
        UPSTREAM.replace(b"127,", b","),
        UPSTREAM.replace(b"70]", b"70,]"),
        body(proof_mode="Magic"),
        stdin(ptr=-1),
        stdin(ptr=True),
        stdin(ptr=1 << 64),
        stdin(proofs=[[]]),
        stdin(buffer=[[1], "x"]),
        stdin(buffer=[[[1]]]),
        json.dumps(dict(reversed(list(json.loads(UPSTREAM).items())))).encode(),
    ],
)
def test_decode_request__anything_that_needs_a_rule__is_judged_elsewhere(given: bytes) -> None:
    found = wire.decode_request(given, elsewhere)
    assert found == ProofRequest(b"decoded", (b"else", b"where"))


def test_decode_request__large_body__is_decoded_elsewhere() -> None:
    program = bytes(wire.SMALL_BODY_BYTES // 2)
    assert wire.decode_request(wire.encode_request(program, []), elsewhere).program == b"decoded"
    program = program[:-100]
    assert wire.decode_request(wire.encode_request(program, []), unasked).program == program


def test_encode_proof__is_upstreams_compact_json() -> None:
    text = wire.encode_proof(PROOF)
    assert text.startswith(b'{"signature":[0,1,2,')
    assert text.endswith(b'"public_values":[0,255]}')
    assert list(json.loads(text)) == ["signature", "vk", "public_values"]


def test_decode_proof__round_trip__is_the_same() -> None:
    assert wire.decode_proof(wire.encode_proof(PROOF)) == PROOF


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": [1]},
        {"vk": [1] * 31},
        {"public_values": None},
        {"vk": "0x"},
        {"public_values": [True]},
        {"public_values": [256]},
        {"public_values": [1.0]},
    ],
)
def test_decode_proof__malformed__is_refused(changes: dict[str, Any]) -> None:
    answer = {**json.loads(wire.encode_proof(PROOF)), **changes}
    with pytest.raises(BodyInvalid):
        wire.decode_proof(json.dumps(answer).encode())


def test_decode_proof__key_twice__is_refused() -> None:
    text = wire.encode_proof(PROOF)
    with pytest.raises(BodyInvalid):
        wire.decode_proof(text[:-1] + b',"vk":[1]}')
