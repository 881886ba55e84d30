"""A proof is handed out when its signer is registered after it signed."""

from typing import Any

import pytest

from attestor.core.blocks import Block
from attestor.errors import (
    AttestorError,
    EndpointsDisagree,
    RpcError,
    RpcUnreachable,
    SignerNotVouchedFor,
    WrongChain,
)
from attestor.rotation.vouching import REFUSALS, TRIES, Vouching

SIGNER = b"\x05" * 20
HEAD = Block(9, b"\x09" * 32, b"\x08" * 32, 1000)


class Chain:
    """A node and a registry whose looks fail at first."""

    def __init__(
        self, failures: int = 0, is_valid: bool = True, error: AttestorError | None = None
    ) -> None:
        self.failures = failures
        self.error = error or RpcUnreachable("down")
        self.is_valid = is_valid
        self.pauses: list[float] = []

    def within(self, bound: float) -> "Chain":
        return self

    def head(self) -> Block:
        if self.failures:
            self.failures -= 1
            raise self.error
        return HEAD

    def at(self, block: Block) -> "Chain":
        assert block == HEAD
        return self

    def vouches_for(self, signer: bytes) -> bool:
        assert signer == SIGNER
        return self.is_valid


def vouching(chain: Any) -> Vouching:
    return Vouching(chain, chain, chain.pauses.append)


def test_require__registered_at_the_head__returns() -> None:
    vouching(Chain()).require(SIGNER)


def test_require__again_at_the_same_head__the_registry_is_not_asked_again() -> None:
    chain = Chain()
    asking = vouching(chain)
    asking.require(SIGNER)
    chain.is_valid = False
    asking.require(SIGNER)
    later = Block(10, b"\x0a" * 32, HEAD.hash, 1012)
    chain.head = lambda: later  # type: ignore[method-assign]
    chain.at = lambda block: chain  # type: ignore[method-assign]
    with pytest.raises(SignerNotVouchedFor):
        asking.require(SIGNER)


def test_require__another_signer_at_the_same_head__is_asked_about() -> None:
    chain = Chain()
    asked: list[bytes] = []

    def vouches_for(signer: bytes) -> bool:
        asked.append(signer)
        return True

    chain.vouches_for = vouches_for  # type: ignore[method-assign]
    asking = vouching(chain)
    for signer in (SIGNER, b"\x06" * 20, b"\x06" * 20):
        asking.require(signer)
    assert asked == [SIGNER, b"\x06" * 20]


def test_require__not_registered__is_refused_after_some_looks() -> None:
    chain = Chain(is_valid=False)
    with pytest.raises(SignerNotVouchedFor, match="not registered, after it signed"):
        vouching(chain).require(SIGNER)
    assert len(chain.pauses) == REFUSALS - 1


def test_require__node_lags_behind_the_registration__is_asked_again() -> None:
    chain = Chain()
    answers = iter([False, False, True])
    vouches: Any = lambda signer: next(answers)  # noqa: E731
    chain.vouches_for = vouches  # type: ignore[method-assign]
    vouching(chain).require(SIGNER)
    assert len(chain.pauses) == 2


def test_require__node_is_down_for_a_while__is_asked_again() -> None:
    chain = Chain(failures=3)
    vouching(chain).require(SIGNER)
    assert len(chain.pauses) == 3


def test_require__node_stays_down__says_so_after_a_bounded_time() -> None:
    chain = Chain(failures=10**6)
    with pytest.raises(RpcUnreachable):
        vouching(chain).require(SIGNER)
    assert len(chain.pauses) == TRIES - 1


def test_close__while_the_node_is_down__ends_who_waits() -> None:
    """A job that waits for the chain must not keep the daemon from ending in time."""
    chain = Chain(failures=TRIES)
    asked = vouching(chain)
    asked.close()
    with pytest.raises(SignerNotVouchedFor, match="the daemon stops"):
        asked.require(SIGNER)
    assert len(chain.pauses) == 1


@pytest.mark.parametrize("is_shown", [True, False])
@pytest.mark.parametrize(
    "error",
    [EndpointsDisagree("one says no"), RpcUnreachable("all rest"), RpcError("oops")],
)
def test_require__endpoints_settle_nothing__headers_decide(
    is_shown: bool, error: AttestorError
) -> None:
    chain: Any = Chain()

    def disagree(signer: bytes) -> bool:
        raise error

    chain.vouches_for = disagree
    made = Vouching(chain, chain, chain.pauses.append, lambda signer, head: is_shown)
    if is_shown:
        made.require(SIGNER)
    else:
        with pytest.raises((type(error), SignerNotVouchedFor)):
            made.require(SIGNER)
    assert len(chain.pauses) == (0 if is_shown else TRIES - 1)


def test_require__others_say_no_together__headers_do_not_help() -> None:
    chain: Any = Chain(is_valid=False)
    with pytest.raises(SignerNotVouchedFor):
        Vouching(chain, chain, chain.pauses.append, lambda signer, head: True).require(SIGNER)


@pytest.mark.parametrize("error", [RpcError("internal error"), WrongChain("of chain 1")])
def test_require__endpoint_refuses_for_a_while__is_asked_again(error: AttestorError) -> None:
    """A node's own refusal is none of the proof: its job would fail for good."""
    chain = Chain(failures=3, error=error)
    vouching(chain).require(SIGNER)
    assert len(chain.pauses) == 3


@pytest.mark.parametrize("error", [RpcError("internal error"), WrongChain("of chain 1")])
def test_require__endpoint_refuses_for_good__the_proof_is_made_anew(error: AttestorError) -> None:
    chain = Chain(failures=10**6, error=error)
    with pytest.raises(SignerNotVouchedFor, match=error.message):
        vouching(chain).require(SIGNER)
    assert len(chain.pauses) == TRIES - 1
