"""Everything that comes over a wire: round trips, and no foreign error whatever arrives."""

import json
from contextlib import suppress
from typing import Any

from cases.signing import sign
from hypothesis import given
from hypothesis import strategies as st

from attestor.chain import wire as chain_wire
from attestor.core import frame, header
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.errors import (
    BodyInvalid,
    FrameInvalid,
    HeaderInvalid,
    RpcAnswerInvalid,
    SignatureInvalid,
)
from attestor.http import wire as api_wire
from attestor.http.wire import ProofRequest, TeeProof

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
HEX = st.binary(max_size=40).map(lambda data: "0x" + data.hex())


@given(st.dictionaries(st.text(max_size=9), JSON, max_size=4), st.lists(st.binary(max_size=99)))
def test_frame__any__round_trips(fields: dict[str, Any], blobs: list[bytes]) -> None:
    fields.pop("blobs", None)
    sent = Frame(fields, tuple(blobs))
    assert frame.decode(frame.encode(sent), sum(map(len, blobs))) == sent


@given(st.binary(max_size=200))
def test_frame__any_bytes__raise_nothing_else(data: bytes) -> None:
    with suppress(FrameInvalid):
        frame.decode(data, 64)


@given(st.binary(max_size=300), st.lists(st.binary(max_size=50), max_size=6))
def test_request__any__round_trips(program: bytes, stdin: list[bytes]) -> None:
    body = api_wire.encode_request(program, stdin)
    assert api_wire.decode_request(body, elsewhere) == ProofRequest(program, tuple(stdin))


def elsewhere(body: bytes) -> tuple[bytes, ...]:
    """Stands in for the process that judges what is not decoded here."""
    raise BodyInvalid("judged elsewhere")


@given(
    st.binary(max_size=9),
    st.lists(st.binary(max_size=4), max_size=3),
    st.integers(0, 200),
    st.sampled_from(
        [*map(bytes, zip(range(256))), b"00", b"256", b"[]", b'"elf":[1],', b" \t", b""]
    ),
    st.integers(0, 2),
)
def test_request__changed_anywhere__means_what_json_says_or_is_judged_elsewhere(
    program: bytes, stdin: list[bytes], place: int, piece: bytes, cut: int
) -> None:
    text = api_wire.encode_request(program, stdin)
    place %= len(text)
    text = text[:place] + piece + text[place + cut :]
    with suppress(BodyInvalid):
        found = api_wire.decode_request(text, elsewhere)
        told = json.loads(text)
        assert list(told) == ["elf", "stdin", "proof_mode"]
        assert list(told["stdin"]) == ["buffer", "ptr", "proofs"]
        assert (list(found.program), told["stdin"]["proofs"]) == (told["elf"], [])
        assert [list(entry) for entry in found.stdin] == told["stdin"]["buffer"]
        assert text.count(b'"elf"') == 1


@given(st.binary(min_size=65, max_size=65), st.binary(min_size=32, max_size=32), st.binary())
def test_proof__any__round_trips(signature: bytes, key: bytes, values: bytes) -> None:
    proof = TeeProof(signature, key, values)
    assert api_wire.decode_proof(api_wire.encode_proof(proof)) == proof


@given(JSON | st.fixed_dictionaries({"elf": JSON, "stdin": JSON, "proof_mode": st.just("TEE")}))
def test_request__any_json__raises_nothing_else(value: Any) -> None:
    with suppress(BodyInvalid):
        api_wire.decode_request(json.dumps(value).encode(), elsewhere)


@given(JSON)
def test_proof__any_json__raises_nothing_else(value: Any) -> None:
    with suppress(BodyInvalid):
        api_wire.decode_proof(json.dumps(value).encode())


@given(st.dictionaries(st.sampled_from(["number", "hash", "parentHash", "timestamp"]), HEX | JSON))
def test_block__any_fields__raise_nothing_else(fields: dict[str, Any]) -> None:
    with suppress(RpcAnswerInvalid, HeaderInvalid):
        chain_wire.block(fields, check_hash=False)
    with suppress(RpcAnswerInvalid, HeaderInvalid):
        chain_wire.block(fields, check_hash=True)


@given(JSON)
def test_receipt_and_log__any_json__raise_nothing_else(value: Any) -> None:
    with suppress(RpcAnswerInvalid):
        chain_wire.receipt(value, bytes(32))
    with suppress(RpcAnswerInvalid):
        chain_wire.log(value)


NAMES = [name for name, _ in header.FIELDS + header.LATER_FIELDS]


@given(st.dictionaries(st.sampled_from(NAMES), HEX | JSON))
def test_header__any_fields__raise_nothing_else(fields: dict[str, Any]) -> None:
    with suppress(HeaderInvalid):
        header.encode(fields)


def sized(length: int | None) -> st.SearchStrategy[str]:
    if length is None:
        return st.integers(0, 2**64).map(hex)
    return st.binary(min_size=length, max_size=length or 32).map(lambda data: "0x" + data.hex())


@st.composite
def headers(draw: st.DrawFn) -> dict[str, str]:
    later = header.LATER_FIELDS[: draw(st.integers(0, len(header.LATER_FIELDS)))]
    return {name: draw(sized(length)) for name, length in header.FIELDS + later}


@given(headers(), st.sampled_from(NAMES), st.data())
def test_header__one_field_changed__changes_the_hash(
    fields: dict[str, str], name: str, data: st.DataObject
) -> None:
    if name not in fields:
        return
    lengths = dict(header.FIELDS + header.LATER_FIELDS)
    other = {**fields, name: data.draw(sized(lengths[name]))}
    same = fields[name] == other[name]
    assert (header.encode(fields) == header.encode(other)) == same


@given(st.integers(1, 2**200).map(lambda n: n.to_bytes(32, "big")), st.binary(), st.binary())
def test_statement__signed__recovers_only_for_itself(
    secret: bytes, values: bytes, others: bytes
) -> None:
    statement, other = LegacyMessage(bytes(32), values), LegacyMessage(bytes(32), others)
    signature = sign(secret, statement.digest)
    signer = recover(statement.digest, signature)
    if values != others:
        with suppress(SignatureInvalid):
            assert recover(other.digest, signature) != signer


@given(st.binary(max_size=70), st.binary(min_size=32, max_size=32))
def test_recover__any_bytes__raise_nothing_else(signature: bytes, digest: bytes) -> None:
    with suppress(SignatureInvalid):
        recover(digest, signature)
