"""A verifier that somebody else deployed."""

from typing import cast

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.node import Node
from attestor.core.text import checksummed, to_hex
from attestor.deployment import foreign
from attestor.deployment.plan import ForeignVerifier
from attestor.errors import DeploymentRefused, RpcError

ADDRESS, CODE = b"\x05" * 20, b"\x60\x01"
OWNER, V4, V4_CODE = b"\x0a" * 20, b"\x04" * 20, b"\x60\x04"
REFUSAL = encode(["bool", "bytes"], [False, b"ADS"])
ENTRY = "verifyAndAttestOnChain(bytes)"
ENTRY_11 = "verifyAndAttestOnChain(bytes,uint32)"


class Double:
    """A node with an Automata verifier of some functions and one quote verifier."""

    def __init__(self, answers: dict[str, bytes | RpcError], code: bytes = CODE) -> None:
        self._answers = {keccak(text=name)[:4]: answer for name, answer in answers.items()}
        self._code = code
        self.called = 0

    def code(self, account: bytes) -> bytes:
        return {ADDRESS: self._code, V4: V4_CODE}[account]

    def call(self, to: bytes, calldata: bytes) -> bytes:
        assert to == ADDRESS
        self.called += 1
        if calldata[:4] == keccak(text="quoteVerifiers(uint16)")[:4]:
            version = int.from_bytes(calldata[4:], "big")
            return (V4 if version == 4 else bytes(20)).rjust(32, b"\0")
        answer = self._answers.get(calldata[:4], RpcError("execution reverted"))
        if isinstance(answer, RpcError):
            raise answer
        return answer


V10: dict[str, bytes | RpcError] = {ENTRY: REFUSAL}
V11: dict[str, bytes | RpcError] = {
    ENTRY: REFUSAL,
    ENTRY_11: REFUSAL,
    "owner()": OWNER.rjust(32, b"\0"),
    "getBp()": encode(["uint16"], [25]),
}


def require(double: Double, kind: int = foreign.LAYOUT_11) -> foreign.Trusted:
    verifier = ForeignVerifier(ADDRESS, kind, keccak(CODE))
    return foreign.require_usable(cast(Node, double), verifier)


def test_require_usable__each_version__is_taken_as_what_it_is() -> None:
    require(Double(V11))
    require(Double(V10), foreign.LAYOUT_10)


def test_require_usable__wrong_kind__is_refused_and_the_right_one_named() -> None:
    with pytest.raises(DeploymentRefused, match="not that of automata-1.0") as caught:
        require(Double(V11), foreign.LAYOUT_10)
    assert caught.value.hint == "set --verifier-kind automata-1.1"
    with pytest.raises(DeploymentRefused, match="not that of automata-1.1") as caught:
        require(Double(V10))
    assert caught.value.hint == "set --verifier-kind automata-1.0"


@pytest.mark.parametrize("kind", [foreign.LAYOUT_10, foreign.LAYOUT_11])
def test_require_usable__our_own_verifier__is_refused(kind: int) -> None:
    ours = {**V10, "store()": b"\x07".rjust(32, b"\0")}
    with pytest.raises(DeploymentRefused, match="DcapVerifier of this project"):
        require(Double(ours), kind)


def test_require_usable__what_else_is_trusted__is_told() -> None:
    trusted = require(Double(V11))
    assert (trusted.owner, trusted.fee_bp) == (OWNER, 25)
    assert trusted.quote_verifiers == (foreign.QuoteVerifier(4, V4, keccak(V4_CODE)),)
    told = "\n".join(trusted.lines())
    for part in (checksummed(OWNER), "25 basis points", checksummed(V4), to_hex(keccak(V4_CODE))):
        assert part in told


def test_require_usable__contract_that_does_not_say__is_told_so() -> None:
    trusted = require(Double(V10), foreign.LAYOUT_10)
    assert (trusted.owner, trusted.fee_bp) == (None, None)
    assert "it does not say who" in trusted.lines()[0]
    nobody: dict[str, bytes | RpcError] = {**V10, "owner()": bytes(32)}
    assert "nobody" in require(Double(nobody), foreign.LAYOUT_10).lines()[0]


@pytest.mark.parametrize("code", [CODE + b"\0", b""])
def test_require_usable__other_code_or_none__is_refused_and_not_called(code: bytes) -> None:
    double = Double(V11, code)
    with pytest.raises(DeploymentRefused, match="hash"):
        require(double)
    assert double.called == 0


@pytest.mark.parametrize("answer", [b"", b"\0" * 31, RpcError("execution reverted", data=b"")])
def test_require_usable__other_interface__is_refused(answer: bytes | RpcError) -> None:
    with pytest.raises(DeploymentRefused, match="does not answer"):
        require(Double({ENTRY: answer}))


def test_require_usable__takes_zeros_for_a_quote__is_refused() -> None:
    with pytest.raises(DeploymentRefused, match="zero bytes as a quote"):
        require(Double({ENTRY: encode(["bool", "bytes"], [True, b""])}))


def test_require_usable__no_contract_there__says_so() -> None:
    with pytest.raises(DeploymentRefused, match="there is no contract at 0x0505"):
        require(Double(V11, b""))
