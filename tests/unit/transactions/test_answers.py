"""Nodes' words, as they are known."""

import pytest

from attestor.errors import AttestorError, RpcError, RpcUnreachable
from attestor.transactions.answers import answer_of
from attestor.transactions.send_state import SendAnswer


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (RpcError("already known"), SendAnswer.ALREADY_KNOWN),
        (RpcError("transaction already imported"), SendAnswer.ALREADY_KNOWN),
        (RpcError("nonce too low: next nonce 5, tx nonce 4"), SendAnswer.NONCE_TOO_LOW),
        (RpcError("replacement transaction underpriced"), SendAnswer.UNDERPRICED),
        (RpcError("transaction underpriced"), SendAnswer.UNDERPRICED),
        (RpcError("max fee per gas less than block base fee"), SendAnswer.FEE_TOO_LOW),
        (RpcError("Insufficient funds for gas * price + value"), SendAnswer.NO_FUNDS),
        (RpcError("txpool is full"), SendAnswer.POOL_FULL),
        (RpcError("in words of its own"), SendAnswer.REFUSED),
        (RpcUnreachable("nonce too low, says a proxy"), SendAnswer.UNREACHABLE),
    ],
)
def test_answer_of__words_of_a_node__are_told_apart(
    error: AttestorError, answer: SendAnswer
) -> None:
    assert answer_of(error) is answer
