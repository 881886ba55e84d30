"""Nodes' words about a transaction that they do not take, as one table."""

from attestor.errors import AttestorError, RpcError
from attestor.transactions.send_state import SendAnswer

WORDS: tuple[tuple[str, SendAnswer], ...] = (
    # geth core/txpool/errors.go; anvil says "transaction already imported"
    ("already known", SendAnswer.ALREADY_KNOWN),
    ("already imported", SendAnswer.ALREADY_KNOWN),
    ("nonce too low", SendAnswer.NONCE_TOO_LOW),
    ("replacement transaction underpriced", SendAnswer.UNDERPRICED),
    ("transaction underpriced", SendAnswer.UNDERPRICED),
    ("less than block base fee", SendAnswer.FEE_TOO_LOW),
    ("insufficient funds", SendAnswer.NO_FUNDS),
    ("txpool is full", SendAnswer.POOL_FULL),
)
"""Lower case, in the order in which they are looked for."""


def answer_of(error: AttestorError) -> SendAnswer:
    """What the error of a send says. Only a node's own words are looked into."""
    if not isinstance(error, RpcError):
        return SendAnswer.UNREACHABLE
    said = error.message.lower()
    return next((answer for words, answer in WORDS if words in said), SendAnswer.REFUSED)
