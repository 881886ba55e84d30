"""Second opinions: what most of the endpoints say that answer.

One that is down, lags or makes no sense has no vote: of three of which two are broken the third
goes on alone, and is asked twice, as a single one is.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from attestor.chain import refusals
from attestor.chain.endpoint import Endpoint, Query
from attestor.chain.pool import Pool, everyone, most_telling
from attestor.core.blocks import Block
from attestor.core.text import to_hex
from attestor.errors import AttestorError, EndpointsDisagree, RpcError, Transient, WrongChain
from attestor.net import Deadline

T = TypeVar("T")


def agrees(pool: Pool, query: Query[Block], block: Block, deadline: Deadline | None = None) -> bool:
    """Whether more endpoints answer `query` with this block than with another."""
    if len(pool.endpoints) == 1:
        with suppress(RpcError, Transient, WrongChain):
            return pool.read(query, deadline).hash == block.hash
        return False
    same = other = 0
    for _, answer in pool.poll(query, deadline):
        if isinstance(answer, Block):
            same += answer.hash == block.hash
            other += answer.hash != block.hash
        if max(same, other) >= pool.quorum:
            break
    return same > other


def found(pool: Pool, query: Query[T | None], deadline: Deadline | None = None) -> T | None:
    """What most endpoints say of those that have something, as soon as two agree; None when all
    that answer have nothing. Raises the most telling error when none answers. A single endpoint
    that has nothing is asked again: it may be several nodes."""
    if len(pool.endpoints) == 1:
        return pool.read(query, deadline) or pool.read(replace(query, fresh=True), deadline)
    said: list[T] = []
    nothing = 0
    failed: list[AttestorError] = []
    for _, answer in pool.poll(query, deadline):
        if isinstance(answer, AttestorError):
            failed.append(answer)
        elif answer is None:
            nothing += 1
        elif answer in said:
            return answer
        else:
            said.append(answer)
    if said:
        return said[0]
    if nothing:
        return None
    raise most_telling(failed)


def confirms(
    pool: Pool,
    query: Query[T],
    expected: T,
    deadline: Deadline | None = None,
    of_all: bool = False,
) -> bool:
    """Whether more endpoints answer with what is expected than with something else, or nothing; or
    a majority `of_all`, also of those that do not answer. A single endpoint is asked once more."""
    same, other = votes(pool, query, expected, deadline)
    return same >= pool.quorum if of_all else same > other


def votes(
    pool: Pool, query: Query[T], expected: T, deadline: Deadline | None = None
) -> tuple[int, int]:
    """How many endpoints answer with what is expected, and how many with something else, until
    either is a majority of all. A single endpoint is asked once more, on another connection."""
    if len(pool.endpoints) == 1:
        with suppress(RpcError, Transient, WrongChain):
            is_same = pool.read(replace(query, fresh=True), deadline) == expected
            return int(is_same), int(not is_same)
        return 0, 0
    same = other = 0
    for _, answer in pool.poll(query, deadline):
        if not isinstance(answer, AttestorError):
            same += answer == expected
            other += answer != expected
        if max(same, other) >= pool.quorum:
            break
    return same, other


def gathered(
    pool: Pool,
    query: Query[list[T]],
    stands: Callable[[T], bool],
    deadline: Deadline | None = None,
) -> list[T]:
    """What endpoints list, and not one alone: one that lags, or whose index is broken, leaves out
    of it without a word. What not all list that answer has to stand by itself. A single endpoint is
    asked twice."""
    lists: list[list[T]] = []
    failed: list[AttestorError] = []
    if len(pool.endpoints) == 1:
        lists = [pool.read(one, deadline) for one in (query, replace(query, fresh=True))]
    else:
        for _, answer in pool.poll(query, deadline):
            if isinstance(answer, AttestorError):
                failed.append(answer)
            else:
                lists.append(answer)
    if not lists:
        raise most_telling(failed)
    listed: list[T] = []
    for item in (item for one in lists for item in one):
        if item not in listed:
            listed.append(item)
    return [item for item in listed if all(item in one for one in lists) or stands(item)]


def confirmed(
    pool: Pool,
    query: Query[bytes],
    deadline: Deadline | None = None,
    has_block: Callable[[Endpoint], bool] = everyone,
) -> bytes:
    """The answer that most give of those that give one. A revert is an answer too, and raised as
    its error. A single endpoint counts only if it `has_block` that was asked about still: the
    others may give no answer because that block is gone."""
    if len(pool.endpoints) == 1:
        return _asked_twice(pool, query, deadline)
    votes: dict[object, int] = {}
    said: list[str] = []
    failed: list[AttestorError] = []
    given: dict[object, tuple[Endpoint, bytes | AttestorError]] = {}
    for endpoint, answer in pool.poll(query, deadline):
        vote = _vote(answer)
        if vote is None:
            assert isinstance(answer, AttestorError)
            failed.append(answer)
            said.append(answer.message)
            continue
        votes[vote] = votes.get(vote, 0) + 1
        given[vote] = endpoint, answer
        said.append(f"{endpoint.label} answers {_shown(answer)}")
        if votes[vote] >= pool.quorum:
            return _answer(answer)
    if not votes:
        raise most_telling(failed)
    most = max(votes, key=lambda vote: votes[vote])
    endpoint, answer = given[most]
    if len(votes) == 1 and votes[most] > 1:
        return _answer(answer)
    if len(votes) == 1 and has_block(endpoint) and _says_again(endpoint, query, most, deadline):
        return _answer(answer)
    raise EndpointsDisagree(
        f"no majority of the endpoints that answer gives the same answer: {'; '.join(said)}"
    )


def _says_again(
    endpoint: Endpoint, query: Query[bytes], vote: object, deadline: Deadline | None
) -> bool:
    """Whether the only endpoint that answers gives the same answer on another connection."""
    try:
        again = replace(query, fresh=True)
        return _vote(endpoint.ask(again, deadline, last_resort=True)) == vote
    except (RpcError, Transient, WrongChain) as error:
        return _vote(error) == vote


def _asked_twice(pool: Pool, query: Query[bytes], deadline: Deadline | None) -> bytes:
    answers: list[bytes | AttestorError] = []
    for again in (query, replace(query, fresh=True)):
        try:
            answers.append(pool.read(again, deadline))
        except RpcError as error:
            if not refusals.is_revert(error):
                raise
            answers.append(error)
    first, second = answers
    if _vote(first) != _vote(second):
        raise EndpointsDisagree(
            f"{pool.label} answers {_shown(first)}, and {_shown(second)} when it is asked again"
        )
    return _answer(second)


def _vote(answer: object) -> object:
    """What is compared: return data, or that a contract refuses with some data; None for an
    endpoint that gives no answer."""
    if isinstance(answer, RpcError) and refusals.is_revert(answer):
        return ("revert", answer.data)
    return None if isinstance(answer, RpcError | Transient | WrongChain) else answer


def _answer(answer: bytes | AttestorError) -> bytes:
    if isinstance(answer, AttestorError):
        raise answer
    return answer


def _shown(answer: object) -> str:
    if isinstance(answer, RpcError):
        return f"a revert with {to_hex(answer.data)[:80]}"
    return to_hex(answer)[:80] if isinstance(answer, bytes) else str(answer)[:80]
