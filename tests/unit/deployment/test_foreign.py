"""A verifier that somebody else deployed."""

from typing import cast

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.node import Node
from attestor.deployment import foreign
from attestor.deployment.plan import ForeignVerifier
from attestor.errors import DeploymentRefused, RpcError

ADDRESS, CODE = b"\x05" * 20, b"\x60\x01"
REFUSAL = encode(["bool", "bytes"], [False, b"ADS"])


class Double:
    """A node with one contract, which answers every call alike."""

    def __init__(self, code: bytes, answer: bytes | RpcError) -> None:
        self._code = code
        self._answer = answer
        self.calldata = b""

    def code(self, account: bytes) -> bytes:
        assert account == ADDRESS
        return self._code

    def call(self, to: bytes, calldata: bytes) -> bytes:
        assert to == ADDRESS
        self.calldata = calldata
        if isinstance(self._answer, RpcError):
            raise self._answer
        return self._answer


def require(double: Double, code: bytes = CODE) -> None:
    foreign.require_usable(cast(Node, double), ForeignVerifier(ADDRESS, 2, keccak(code)))


def test_require_usable__known_code_that_refuses_zeros__is_taken() -> None:
    double = Double(CODE, REFUSAL)
    require(double)
    assert double.calldata[:4] == keccak(text="verifyAndAttestOnChain(bytes)")[:4]


def test_require_usable__other_code__is_refused_and_not_called() -> None:
    double = Double(CODE + b"\0", REFUSAL)
    with pytest.raises(DeploymentRefused, match="hash"):
        require(double)
    assert double.calldata == b""


def test_require_usable__no_code__is_refused() -> None:
    with pytest.raises(DeploymentRefused, match="hash"):
        require(Double(b"", b""))


@pytest.mark.parametrize("answer", [b"", b"\0" * 31, RpcError("execution reverted", data=b"")])
def test_require_usable__other_interface__is_refused(answer: bytes | RpcError) -> None:
    with pytest.raises(DeploymentRefused, match="does not answer"):
        require(Double(CODE, answer))


def test_require_usable__takes_zeros_for_a_quote__is_refused() -> None:
    with pytest.raises(DeploymentRefused, match="zero bytes as a quote"):
        require(Double(CODE, encode(["bool", "bytes"], [True, b""])))
