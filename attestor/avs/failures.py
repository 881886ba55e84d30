"""How errors are told to clients: the numbers that they know, and no word that they act on.

The AVS's operator looks for words in error texts: with "skip" it drops the task, with "unexpected
EOF" it asks for a context again at once, forever. Such a word may come from a node, or out of the
request itself.
"""

from loguru import logger

from attestor.core.events import Event
from attestor.core.text import one_line
from attestor.errors import AttestorError, DatabaseUnavailable, Fatal
from attestor.errors.avs import CallFailed
from attestor.http import jsonrpc
from attestor.http.jsonrpc import Failure

BATCH_INVALID = 14001
REPORT_DATA_INVALID = 14002
REPORT_FAILED = 14003
CONTEXT_FAILED = 14004
TASK_UNKNOWN = 14005
CONTEXT_NOT_FOUND = 14006
TASK_UNSUPPORTED = 14010
L1_MISSING = 14011
PROOF_FAILED = 15001
NOT_SAMPLED = 14444
"""Means that the operator is to leave the task: its text alone has the word for it."""
_SKIP, _EOF = "skip", "unexpected EOF"
MAX_TEXT = 2000


def failed(number: int, message: str, hint: str | None = None) -> CallFailed:
    """A call's error with that number."""
    return CallFailed(message, hint=hint, number=number)


def because_of(number: int, error: AttestorError, before: str = "") -> CallFailed:
    """A call's error with that number, for an error of a part. What only this service's operator
    can fix is in the log as an error; of what is inside, clients hear nothing."""
    if isinstance(error, Fatal | DatabaseUnavailable):
        logger.bind(event=Event.CALL_FAILED).error("a call failed: {} [{}]", error, error.code)
    told = "the service failed (its log says why)" if isinstance(error, Fatal) else str(error)
    return CallFailed(before + told, number=number)


def invalid_params(reason: str) -> CallFailed:
    """What jsonrpsee answers to params that do not fit."""
    text = jsonrpc.TEXTS[jsonrpc.INVALID_PARAMS]
    return CallFailed(text, number=jsonrpc.INVALID_PARAMS, data=reason)


def failure_of(error: AttestorError) -> Failure:
    """The "error" of the answer."""
    if isinstance(error, CallFailed):
        is_meant = error.number == NOT_SAMPLED
        message = str(error) if is_meant else _harmless(str(error))
        return Failure(error.number, message, _harmless(error.data) if error.data else None)
    # What is inside (paths, statements) is the operator's business.
    data = None if isinstance(error, Fatal) else _harmless(str(error))
    return jsonrpc.standard(jsonrpc.INTERNAL_ERROR, data)


def _harmless(text: str) -> str:
    text = one_line(text)[:MAX_TEXT]
    return text.replace(_SKIP, "sk…p").replace(_EOF, "an early end")
