"""Our EIP-712 digest and eth_account's are one."""

import dataclasses

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.eip712 import Domain
from attestor.core.statement import Statement
from attestor.core.text import checksummed

WORD = st.binary(min_size=32, max_size=32)
STATEMENTS = st.builds(
    Statement,
    WORD,
    WORD,
    st.integers(0, 2**32 - 1),
    WORD,
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers(0, 2**64 - 1),
)
DOMAINS = st.builds(Domain, st.integers(0, 2**256 - 1), st.binary(min_size=20, max_size=20))
FIELDS = {
    "programVKey": "bytes32",
    "publicValuesHash": "bytes32",
    "exitCode": "uint32",
    "stdinHash": "bytes32",
    "circuitVersion": "string",
    "expiresAt": "uint64",
}


@given(STATEMENTS, DOMAINS)
def test_digest__any_statement__equals_eth_accounts(s: Statement, d: Domain) -> None:
    signable = encode_typed_data(
        domain_data={
            "name": "attestor",
            "version": "1",
            "chainId": d.chain_id,
            "verifyingContract": checksummed(d.contract),
        },
        message_types={"Statement": [{"name": n, "type": t} for n, t in FIELDS.items()]},
        message_data=dict(zip(FIELDS, dataclasses.astuple(s), strict=True)),
    )
    assert s.digest(d) == keccak(b"\x19" + signable.version + signable.header + signable.body)


def good() -> Statement:
    return Statement(bytes(32), bytes(32), 0, bytes(32), "v6.1.0", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("program_vkey", bytes(31)),
        ("public_values_hash", bytes(33)),
        ("stdin_hash", b""),
        ("exit_code", 2**32),
        ("exit_code", -1),
        ("expires_at", 2**64),
    ],
)
def test_statement__what_the_struct_cannot_hold__refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="not"):
        dataclasses.replace(good(), **{name: value})  # type: ignore[arg-type]


def test_domain__contract_of_another_length__refused() -> None:
    with pytest.raises(ValueError, match="contract has 19 bytes"):
        Domain(1, bytes(19))
