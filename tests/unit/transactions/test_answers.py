"""Nodes' words, as they are known."""

import pytest

from attestor.errors import AttestorError, RpcError, RpcUnreachable
from attestor.transactions.answers import REFUSALS, answer_of, explained
from attestor.transactions.send_state import SendAnswer

A = SendAnswer
SAID = [
    ("geth", "already known", A.ALREADY_KNOWN),
    ("geth", "nonce too low: address 0x7E5F, tx: 4 state: 5", A.NONCE_TOO_LOW),
    ("geth", "nonce too high: address 0x7E5F, tx: 9 state: 5", A.NONCE_GAP),
    ("geth", "replacement transaction underpriced", A.UNDERPRICED),
    ("geth", "transaction underpriced: gas tip cap 0, minimum needed 1", A.UNDERPRICED),
    (
        "geth",
        "max fee per gas less than block base fee: address 0x7E5F, maxFeePerGas: 1, baseFee: 7",
        A.FEE_TOO_LOW,
    ),
    ("geth", "insufficient funds for gas * price + value: balance 0, tx cost 9", A.NO_FUNDS),
    ("geth", "txpool is full", A.POOL_FULL),
    ("geth", "in-flight transaction limit reached for delegated accounts", A.POOL_FULL),
    ("geth", "gapped-nonce tx from delegated accounts", A.NONCE_GAP),
    ("geth", "tx fee (2.10 ether) exceeds the configured cap (1.00 ether)", A.ABOVE_NODES_CAP),
    ("geth", "intrinsic gas too low: gas 21000, minimum needed 53000", A.REFUSED),
    ("reth", "nonce too low: next nonce 5, tx nonce 4", A.NONCE_TOO_LOW),
    ("reth", "insufficient funds for gas * price + value: have 0 want 9", A.NO_FUNDS),
    ("reth", "txpool is full", A.POOL_FULL),
    ("nethermind", "nonce too far in future", A.NONCE_GAP),
    ("nethermind", "AlreadyKnown", A.ALREADY_KNOWN),
    ("nethermind", "OldNonce, Current nonce: 5, nonce of rejected tx: 4", A.NONCE_TOO_LOW),
    ("nethermind", "NonceGap, Future nonce. Expected nonce: 5", A.NONCE_GAP),
    ("nethermind", "NonceTooFarInFuture", A.NONCE_GAP),
    ("nethermind", "ReplacementNotAllowed", A.UNDERPRICED),
    ("nethermind", "FeeTooLow, MaxFeePerGas too low", A.FEE_TOO_LOW),
    ("nethermind", "FeeTooLowToCompete", A.POOL_FULL),
    ("nethermind", "InsufficientFunds, Balance is zero, cannot pay gas", A.NO_FUNDS),
    ("erigon", "existing txn with same hash", A.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: existing tx with same hash", A.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: could not replace existing tx", A.UNDERPRICED),
    ("erigon", "underpriced", A.UNDERPRICED),
    ("erigon", "fee too low", A.FEE_TOO_LOW),
    ("erigon", "baseFee sub-pool is full", A.POOL_FULL),
    ("erigon", "insufficient funds", A.NO_FUNDS),
    ("besu", "Known transaction", A.ALREADY_KNOWN),
    ("besu", "Nonce too low", A.NONCE_TOO_LOW),
    ("besu", "Transaction nonce is too distant from current sender nonce", A.NONCE_GAP),
    ("besu", "Replacement transaction underpriced", A.UNDERPRICED),
    ("besu", "Gas price below current base fee", A.FEE_TOO_LOW),
    ("besu", "Gas price below configured minimum gas price", A.FEE_TOO_LOW),
    ("besu", "Upfront cost exceeds account balance", A.NO_FUNDS),
    ("besu", "Transaction fee cap exceeded", A.ABOVE_NODES_CAP),
    ("anvil", "transaction already imported", A.ALREADY_KNOWN),
    ("anvil", "Tx: [0x01] already Imported", A.ALREADY_KNOWN),
    ("anvil", "Tx: [0x01] insufficient gas price to replace existing transaction", A.UNDERPRICED),
    ("anvil", "Insufficient funds for gas * price + value", A.NO_FUNDS),
    ("anvil", "max fee per gas less than block base fee", A.FEE_TOO_LOW),
    ("another", "in words of its own", A.REFUSED),
]


@pytest.mark.parametrize(("node", "words", "answer"), SAID)
def test_answer_of__words_of_a_node__are_told_apart(
    node: str, words: str, answer: SendAnswer
) -> None:
    assert answer_of(RpcError(f"eth_sendRawTransaction: {words}")) is answer


def test_answer_of__words_of_a_proxy__say_nothing() -> None:
    error: AttestorError = RpcUnreachable("nonce too low, says a proxy")
    assert answer_of(error) is SendAnswer.UNREACHABLE


def test_refusals__each_row__has_a_source_and_is_found_first_by_its_own_node() -> None:
    said = {(node, answer) for node, _, answer in SAID}
    for row in REFUSALS:
        assert row.words == row.words.lower()
        assert "," in row.source
        assert answer_of(RpcError(row.words)) is row.answer, row
        assert (row.node, row.answer) in said, row


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("Upfront cost exceeds account balance", "top the payer up"),
        ("tx fee exceeds the configured cap", "--rpc.txfeecap"),
        ("in words of its own", None),
    ],
)
def test_explained__refusal__says_what_to_do(words: str, hint: str | None) -> None:
    with pytest.raises(RpcError) as caught, explained():
        raise RpcError(words)
    assert (hint or "None") in str(caught.value.hint)
