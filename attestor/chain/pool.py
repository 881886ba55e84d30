"""Several endpoints of one chain as one: reads fail over, votes are counted, sends go to all."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from attestor.chain import refusals
from attestor.chain.decision import Decision
from attestor.chain.endpoint import Endpoint, Query, Transport
from attestor.errors import (
    AttestorError,
    BlockUnknown,
    HeaderInvalid,
    HeaderUnknown,
    RpcAnswerInvalid,
    RpcError,
    RpcThrottled,
    RpcUnreachable,
    Transient,
    WrongChain,
)
from attestor.net import Deadline

T = TypeVar("T")

SECONDS_PER_READ = 20.0
"""Of a read that no decision bounds, over all endpoints that it is tried at."""
ROUNDS = 3
"""How often an endpoint is asked that may have another node behind its next connection."""
QUICK_SECONDS = 2.0
"""A failure that took longer is not tried again."""
_TELLING: tuple[type[AttestorError], ...] = (
    RpcError,
    BlockUnknown,
    HeaderInvalid,
    RpcAnswerInvalid,
    WrongChain,
    RpcThrottled,
    RpcUnreachable,
)
"""The errors of several endpoints, from the one that says most to the one that says least."""


def everyone(endpoint: Endpoint) -> bool:
    """No endpoint is left out."""
    return True


class Pool:
    """Safe to use from several threads."""

    def __init__(
        self,
        transports: Sequence[Transport],
        chain_id: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.decision = Decision(clock)
        self.endpoints = tuple(Endpoint(one, chain_id, clock, self.decision) for one in transports)
        self.clock = clock

    @property
    def label(self) -> str:
        """The endpoints as they may be shown."""
        return ", ".join(endpoint.label for endpoint in self.endpoints)

    @property
    def quorum(self) -> int:
        """A majority of all configured endpoints, whether they answer or not."""
        return len(self.endpoints) // 2 + 1

    def close(self) -> None:
        """End calls that run in other threads, and refuse new ones."""
        for endpoint in self.endpoints:
            endpoint.close()

    def ranked(self) -> list[Endpoint]:
        """The endpoints, the best first."""
        order = {endpoint: number for number, endpoint in enumerate(self.endpoints)}
        return sorted(
            self.endpoints,
            key=lambda one: (one.health.is_demoted, one.health.score, order[one]),
        )

    def require_chain(self, deadline: Deadline | None = None) -> None:
        """Raise `WrongChain` when an endpoint is of another chain, and `RpcUnreachable` or
        `RpcAnswerInvalid` when none says which it is of."""
        failed: list[AttestorError] = []
        for endpoint, bound in self.turns(self.endpoints, deadline):
            try:
                endpoint.require_chain(bound)
            except (Transient, RpcError) as error:
                failed.append(error)
        if len(failed) == len(self.endpoints):
            raise most_telling(failed)

    def read(self, query: Query[T], deadline: Deadline | None = None) -> T:
        """The answer of the best endpoint that has one. A revert is an answer."""
        return self.read_of(query, deadline)[1]

    def read_of(self, query: Query[T], deadline: Deadline | None = None) -> tuple[Endpoint, T]:
        """The same, with the endpoint that it is of.

        When none has an answer, those are asked again, on a new connection, whose failure may be
        that of one node of several behind them; and in the end those that rest.
        """
        whole = self.whole(deadline)
        failed: list[AttestorError] = []
        asked, asking = self.ranked(), query
        for number in range(ROUNDS):
            again: list[Endpoint] = []
            for endpoint, bound in self.turns(asked, whole):
                was_down, began = endpoint.health.is_down, self.clock()
                answer = _said(endpoint, asking, bound)
                if not isinstance(answer, AttestorError):
                    return endpoint, answer
                if _is_answer(answer):
                    raise answer
                failed.append(answer)
                is_quick = self.clock() - began < QUICK_SECONDS
                if is_quick and _is_worth_another(answer, number, was_down):
                    again.append(endpoint)
            asked, asking = again, replace(query, fresh=True)
        for endpoint, bound in self.resting(whole):
            answer = _said(endpoint, query, bound, last_resort=True)
            if not isinstance(answer, AttestorError):
                return endpoint, answer
            failed.append(answer)
            if _is_answer(answer):
                break
        raise most_telling(failed)

    def poll(
        self,
        query: Query[T],
        deadline: Deadline | None = None,
        is_asked: Callable[[Endpoint], bool] = everyone,
    ) -> Iterator[tuple[Endpoint, T | AttestorError]]:
        """What each endpoint says that `is_asked`, the best first; its error where it says nothing.
        Whoever has heard enough stops asking. Those that rest are asked after the others where
        none of these answers, or the query insists."""
        whole, is_answered = self.whole(deadline), False
        asked = [endpoint for endpoint in self.ranked() if is_asked(endpoint)]
        for endpoint, bound in self.turns(asked, whole):
            answer = _said(endpoint, query, bound)
            is_answered = is_answered or _is_answer(answer)
            yield endpoint, answer
        if is_answered and not query.insists:
            return
        for endpoint, bound in self.resting(whole):
            if is_asked(endpoint):
                answer = _said(endpoint, query, bound, last_resort=True)
                yield endpoint, answer

    def turns(
        self, endpoints: Sequence[Endpoint], deadline: Deadline | None
    ) -> Iterator[tuple[Endpoint, Deadline | None]]:
        """Each of these with its share of the time that is left, so that those that drip leave time
        for the others, and as much for what is asked next: a decision is more than one question."""
        whole, kept = self.whole(deadline), len(self.endpoints) > 1
        for done, endpoint in enumerate(endpoints):
            if whole is not None and whole.is_over:
                return
            parts = len(endpoints) - done + kept
            yield endpoint, None if whole is None else whole.share(parts)

    def resting(self, deadline: Deadline | None) -> Iterator[tuple[Endpoint, Deadline | None]]:
        """Those that asked to be left alone, each in its turn, as the last resort. A single
        endpoint is left alone: nobody can say that it would answer."""
        resting = [one for one in self.ranked() if one.health.silent_for > 0]
        return self.turns(resting if len(self.endpoints) > 1 else [], deadline)

    def whole(self, deadline: Deadline | None) -> Deadline | None:
        """The time for all endpoints together; a single one has its own timeout."""
        deadline = self.decision.bound(deadline)
        if deadline is None and len(self.endpoints) > 1:
            return Deadline(SECONDS_PER_READ, self.clock)
        return deadline


def _said(
    endpoint: Endpoint, query: Query[T], bound: Deadline | None, last_resort: bool = False
) -> T | AttestorError:
    try:
        return endpoint.ask(query, bound, last_resort)
    except (RpcError, Transient, WrongChain) as error:
        return error


def _is_answer(said: object) -> bool:
    """A revert is one too."""
    if isinstance(said, RpcError):
        return refusals.is_revert(said)
    return not isinstance(said, AttestorError)


def _is_worth_another(error: AttestorError, number: int, was_down: bool) -> bool:
    """Whether the endpoint may answer when it is asked once more, after the round `number`."""
    match error:
        case BlockUnknown():
            return True
        case RpcThrottled() | HeaderUnknown() | WrongChain():
            return False
        case RpcError():
            return number == 0 and error.number not in refusals.LASTING
        case RpcUnreachable():
            return number == 0 and not was_down
    return number == 0


def most_telling(failed: Sequence[AttestorError]) -> AttestorError:
    """Of several endpoints' errors the one that says most, with the words of the others."""
    if not failed:
        return RpcUnreachable("no time was left to ask any endpoint")
    rank = {kind: place for place, kind in enumerate(_TELLING)}

    def place(error: AttestorError) -> int:
        return min((rank[kind] for kind in type(error).__mro__ if kind in rank), default=len(rank))

    told = min(failed, key=place)
    others = [error.message for error in failed if error is not told]
    if others:
        told.message = "; ".join(dict.fromkeys([told.message, *others]))
    return told
