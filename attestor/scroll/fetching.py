"""Witnesses of many blocks from one node, several at once and in order."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from attestor.errors import AttestorError
from attestor.errors.scroll import ScrollMethodMissing
from attestor.scroll.node import ScrollNode
from attestor.scroll.verification import Verdict
from attestor.scroll.witness import Witness

AT_ONCE = 4
"""Requests under way: a witness takes the node seconds, and us memory."""


def witnesses(
    node: ScrollNode, first: int, last: int, chain_id: int, euclid: int | None = None
) -> Iterator[Witness | Verdict]:
    """The witness of each block, both ends included, or why there is none.

    Raises `ScrollMethodMissing`, as it would be the verdict on every block.
    """
    numbers = iter(range(first, last + 1))
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="witness")
    asked: deque[tuple[int, Future[Witness]]] = deque()
    try:
        while True:
            while len(asked) < AT_ONCE and (number := next(numbers, None)) is not None:
                asked.append((number, pool.submit(node.witness, number, chain_id, euclid)))
            if not asked:
                return
            number, future = asked.popleft()
            yield _result(number, future)
    finally:
        # Whoever gives up closes the node too, which ends what runs.
        pool.shutdown(wait=False, cancel_futures=True)


def _result(number: int, future: "Future[Witness]") -> Witness | Verdict:
    try:
        return future.result()
    except ScrollMethodMissing:
        raise
    except AttestorError as error:
        return Verdict(number=number, hash=b"", error=error)
