"""Blocks in the guest's form: every field in the place where reth's struct has it."""

import pytest
import rlp
from eth_account import Account
from eth_utils.crypto import keccak

from attestor.errors.rsp import RspBlockUnsupported
from attestor.rsp import block

KEY = keccak(b"a key")
TO = b"\xaa" * 20
LENGTH_8 = 8


class Reader:
    """Takes values off bincode, one by one."""

    def __init__(self, encoded: bytes) -> None:
        self.rest = encoded

    def take(self, length: int) -> bytes:
        taken, self.rest = self.rest[:length], self.rest[length:]
        assert len(taken) == length
        return taken

    def number(self, length: int = LENGTH_8) -> int:
        return int.from_bytes(self.take(length), "little")

    def blob(self) -> bytes:
        return self.take(self.number())

    def u256(self) -> int:
        word = self.blob()
        assert len(word) == 32
        return int.from_bytes(word, "big")

    def some(self) -> "Reader":
        assert self.take(1) == b"\x01"
        return self


def header_fields() -> list[bytes]:
    """20 fields that differ, in the order of the RLP."""
    hashes = [bytes([n]) * 32 for n in range(1, 7)]
    parent, ommers, state, transactions, receipts, mix = hashes
    numbers = [bytes([n, 1]) for n in range(21, 26)]
    difficulty, number, gas_limit, gas_used, timestamp = numbers
    roots = [parent, ommers, b"\x0c" * 20, state, transactions, receipts, b"\xb1" * 256]
    plain = [difficulty, number, gas_limit, gas_used, timestamp, b"extra", mix, b"\0" * 7 + b"\x07"]
    later = [b"\x3b", b"\x0a" * 32, b"", b"\x3d", b"\x0b" * 32]
    return roots + plain + later


def test_header_of__all_fields__in_the_order_of_the_struct() -> None:
    told = Reader(block.header_of(rlp.encode(header_fields())))
    fields = header_fields()
    assert [told.blob() for _ in range(6)] == fields[:6]
    assert told.some().blob() == b"\x0a" * 32
    assert told.blob() == b"\xb1" * 256
    assert told.u256() == 0x1501
    assert [told.number() for _ in range(4)] == [0x1601, 0x1701, 0x1801, 0x1901]
    assert told.blob() == b"\x06" * 32
    assert told.number() == 7
    assert [told.some().number() for _ in range(3)] == [0x3B, 0, 0x3D]
    assert told.some().blob() == b"\x0b" * 32
    assert told.take(1) == b"\x00"
    assert told.blob() == b"extra"
    assert told.rest == b""


def signed(**fee: object) -> bytes:
    fields = {"chainId": 1, "nonce": 5, "gas": 99_000, "to": TO, "value": 7, "data": b"data"}
    return bytes(Account.sign_transaction(fields | fee, KEY).raw_transaction)


def test_signed__legacy__chain_and_parity_are_taken_out_of_v() -> None:
    raw = signed(gasPrice=3_000)
    v, r, s = (int.from_bytes(one, "big") for one in rlp.decode(raw)[6:])
    told = Reader(block.signed(raw))
    assert told.blob() == keccak(raw)
    assert (told.u256(), told.u256(), told.number(1)) == (r, s, v - 37)
    assert told.number(4) == 0
    assert told.some().number() == 1
    assert (told.number(), told.number(16), told.number()) == (5, 3_000, 99_000)
    assert (told.some().blob(), told.u256(), told.blob()) == (TO, 7, b"data")
    assert told.rest == b""


def test_signed__dynamic_fee__gas_stands_before_the_fees() -> None:
    raw = signed(maxFeePerGas=2_000, maxPriorityFeePerGas=100, type=2)
    parity, r, s = (int.from_bytes(one, "big") for one in rlp.decode(raw[1:])[9:])
    told = Reader(block.signed(raw))
    assert told.blob() == keccak(raw)
    assert (told.u256(), told.u256(), told.number(1)) == (r, s, parity)
    assert told.number(4) == 2
    assert [told.number() for _ in range(3)] == [1, 5, 99_000]
    assert (told.number(16), told.number(16)) == (2_000, 100)
    assert (told.some().blob(), told.u256()) == (TO, 7)
    assert told.number() == 0
    assert told.blob() == b"data"
    assert told.rest == b""


def test_signed__type_after_cancun__is_refused() -> None:
    with pytest.raises(RspBlockUnsupported, match="type 4"):
        block.signed(b"\x04\xc0")


def test_block__transactions__stand_between_header_and_empty_lists() -> None:
    header, raw = rlp.encode(header_fields()), signed(gasPrice=3_000)
    told = Reader(block.block(header, [raw, raw]))
    told.take(len(block.header_of(header)))
    assert told.number() == 2
    assert told.take(2 * len(block.signed(raw))) == block.signed(raw) * 2
    assert told.number() == 0
    assert told.some().number() == 0
    assert told.rest == b"\x00"
