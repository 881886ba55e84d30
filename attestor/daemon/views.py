"""What a chain of the running daemon shows of itself, put together from what its parts keep in
memory: it answers whatever hangs."""

from collections.abc import Callable, Sequence

from attestor.chain.endpoint import Endpoint
from attestor.chain.heads import Heads
from attestor.chain.pace import block_seconds
from attestor.core.duty import DutyBounds, DutyRecord, fault
from attestor.core.service_view import (
    ChainView,
    DutyView,
    EndpointView,
    HeadView,
    PayerView,
    Problem,
    TransactionView,
)
from attestor.core.signers import Cover
from attestor.core.transaction import Attempt
from attestor.errors import AttestorError
from attestor.rotation.failures import FOLLOWING, ROTATING, SETTLING, Failures
from attestor.rotation.loop import Rotation


def problem_of(error: AttestorError | None) -> Problem | None:
    """The error, if there is one, as it is shown."""
    return Problem.of(error) if error is not None else None


class ChainWatch:
    """One chain that runs. `clock` is the one of `heads`; `lease_seconds` is None where a signer
    needs no new block to go on."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        heads: Heads,
        rotation: Rotation,
        failures: Failures,
        payer: Callable[[], PayerView],
        free_bytes: Callable[[], int | None],
        lease_seconds: float | None,
        clock: Callable[[], float],
    ) -> None:
        self._endpoints = endpoints
        self._heads = heads
        self._rotation = rotation
        self._payer = payer
        self._free_bytes = free_bytes
        self._lease_seconds = lease_seconds
        self._clock = clock
        self.failures = failures

    def view(
        self,
        name: str,
        database: AttestorError | None,
        collateral: str | None,
        duties: tuple[DutyView, ...],
    ) -> ChainView:
        """The chain of that name, with what others know of it."""
        cover: Cover = self._rotation.cover
        return ChainView(
            name=name,
            active=cover.active,
            candidate=cover.candidate,
            waits_for=cover.reason,
            lease_seconds=self._lease_seconds,
            head=self._head(),
            endpoints=tuple(endpoint_view(one) for one in self._endpoints),
            payer=self._payer(),
            transactions=tuple(_transaction(one) for one in self._rotation.in_flight),
            following=self.failures.standing(FOLLOWING),
            rotating=self.failures.standing(ROTATING),
            settling=self.failures.standing(SETTLING),
            database=problem_of(database),
            database_free_bytes=self._free_bytes(),
            collateral=collateral,
            duties=duties,
            errors=self.failures.last,
        )

    def _head(self) -> HeadView | None:
        heads, now = self._heads, self._clock()
        window = heads.window
        if window.head is None:
            return None
        return HeadView(
            window.head.number,
            window.head.timestamp,
            max(0.0, now - heads.changed_at),
            max(0.0, now - heads.looked_at),
            block_seconds(window),
        )


def endpoint_view(endpoint: Endpoint) -> EndpointView:
    """As its health stands."""
    health = endpoint.health
    return EndpointView(
        endpoint.label,
        not health.is_down,
        health.is_demoted,
        health.lag,
        health.latency,
        health.answers,
        health.faults,
        health.demoted_times,
    )


def duty_views(
    records: Sequence[DutyRecord], monotonic: float, bounds: DutyBounds
) -> tuple[DutyView, ...]:
    """Duties by their records, at a moment of the clock that they are timed by."""
    return tuple(
        DutyView(
            one.name,
            one.deadline,
            one.running_seconds(monotonic),
            one.last_success,
            one.last_error,
            one.failures,
            problem_of(fault(one, monotonic, bounds)),
        )
        for one in records
    )


def _transaction(attempt: Attempt) -> TransactionView:
    return TransactionView(attempt.hash, attempt.purpose, attempt.transaction.nonce, attempt.number)
