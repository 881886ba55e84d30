"""Our digest of the proof of possession and eth_account's are one."""

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.eip712 import Domain
from attestor.core.possession import Possession
from attestor.core.text import checksummed

POSSESSIONS = st.builds(
    Possession,
    st.binary(min_size=20, max_size=20),
    st.integers(0, 2**64 - 1),
    st.binary(min_size=20, max_size=20),
    st.integers(0, 2**256 - 1),
    st.booleans(),
)
DOMAINS = st.builds(Domain, st.integers(0, 2**256 - 1), st.binary(min_size=20, max_size=20))
FIELDS = {
    "signer": "address",
    "referenceBlockNumber": "uint64",
    "template": "address",
    "deadline": "uint256",
    "keepKey": "bool",
}


@given(POSSESSIONS, DOMAINS)
def test_digest__any_possession__equals_eth_accounts(p: Possession, d: Domain) -> None:
    signable = encode_typed_data(
        domain_data={
            "name": "attestor",
            "version": "1",
            "chainId": d.chain_id,
            "verifyingContract": checksummed(d.contract),
        },
        message_types={"Admit": [{"name": n, "type": t} for n, t in FIELDS.items()]},
        message_data={
            "signer": checksummed(p.signer),
            "referenceBlockNumber": p.reference_block,
            "template": checksummed(p.template),
            "deadline": p.deadline,
            "keepKey": p.keep_key,
        },
    )
    expected = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert p.digest(d) == expected


@pytest.mark.parametrize(
    "possession",
    [
        Possession(b"\1" * 19, 1, b"\3" * 20, 1, True),
        Possession(b"\1" * 20, 2**64, b"\3" * 20, 1, True),
        Possession(b"\1" * 20, -1, b"\3" * 20, 1, True),
        Possession(b"\1" * 20, 1, b"\3" * 21, 1, True),
        Possession(b"\1" * 20, 1, b"\3" * 20, 2**256, True),
    ],
)
def test_digest__what_the_struct_cannot_hold__is_refused(possession: Possession) -> None:
    with pytest.raises(ValueError, match="bytes|bits"):
        possession.digest(Domain(1, b"\2" * 20))
