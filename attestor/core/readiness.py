"""Whether the service can sign and hand out proofs, and what keeps it from that. Pure.

A reason names what is wrong by the code of an error (docs/errors.md), and what to do. Causes come
before what follows from them: the first reason is the first thing to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from attestor.core.service_view import ChainView, DutyView, Problem, ServiceView
from attestor.core.text import checksummed
from attestor.errors import NoActiveSigner, PayerEmpty, QueueFull, Stopping
from attestor.errors.readiness import HeadStale, SelfTestPending


@dataclass(frozen=True)
class ReadinessBounds:
    """`end_margin` is how many seconds before its registration ends a signer stops by itself,
    `failures` how many looks in a row may fail before the chain counts as out of reach,
    `silence` how many seconds may pass without one that succeeds, beyond two block times."""

    end_margin: int = 30
    failures: int = 2
    silence: float = 60.0
    few_rotations: int = 5
    """A payer that can pay for fewer is warned of."""


@dataclass(frozen=True)
class Reason:
    """One thing that is wrong. `chain` is empty where it is wrong for all, or the chain has no
    name."""

    code: str
    text: str
    advice: str
    chain: str = ""


@dataclass(frozen=True)
class Readiness:
    """No reasons: it is ready. `warnings` will be reasons if nobody acts."""

    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether proofs are signed and handed out."""
        return not self.reasons


def judge(
    view: ServiceView, chain: str | None = None, bounds: ReadinessBounds | None = None
) -> Readiness:
    """Of all chains, or of one of them and what all share."""
    bounds = bounds or ReadinessBounds()
    chains = [one for one in view.chains if chain is None or one.name == chain]
    reasons = [*_of_all(view), *(found for one in chains for found in _of_chain(one, bounds))]
    warnings = [found for one in chains for found in _warnings(one, bounds)]
    codes = {(one.chain, one.code) for one in reasons}
    rest = (one for one in warnings if (one.chain, one.code) not in codes)
    return Readiness(tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(rest)))


def _of_all(view: ServiceView) -> Iterator[Reason]:
    if view.stopping:
        yield Reason(Stopping.code, "the service is being stopped", Stopping.advice)
    if view.halted is not None:
        yield _reason(view.halted)
    yield from _duties(view.duties)
    if view.engine.problem is not None:
        yield _reason(view.engine.problem)
    elif view.engine.passed is None:
        told = "the engine's self-test has not ended yet"
        yield Reason(SelfTestPending.code, told, SelfTestPending.advice)
    if view.api is not None:
        yield _reason(view.api)
    for queue in view.queues:
        if queue.is_full:
            told = f"{queue.open} of {queue.most} jobs are open: further ones are refused"
            advice = "Wait; if it lasts, raise proofs.workers or proofs.max_open."
            yield Reason(QueueFull.code, told, advice)


def _of_chain(chain: ChainView, bounds: ReadinessBounds) -> Iterator[Reason]:
    if chain.failure is not None:
        yield _reason(chain.failure, chain.name)
        return
    if chain.database is not None:
        yield _reason(chain.database, chain.name)
    yield from _duties(chain.duties, chain.name)
    yield from _of_head(chain, bounds)
    yield from _of_signer(chain, bounds)


def _of_head(chain: ChainView, bounds: ReadinessBounds) -> Iterator[Reason]:
    head, failing = chain.head, chain.following
    if failing is not None and (failing.times >= bounds.failures or head is None):
        yield _reason(failing, chain.name)
    elif head is not None:
        silence = bounds.silence + 2 * (head.block_seconds or 0.0)
        if head.looked > silence:
            told = f"no endpoint was read for {head.looked:.0f} s"
            yield Reason(HeadStale.code, told, HeadStale.advice, chain.name)
        elif chain.lease_seconds is not None and head.age > chain.lease_seconds:
            told = (
                f"block {head.number} is the newest for {head.age:.0f} s, and a signer goes on for "
                f"{chain.lease_seconds:.0f} s without a new one"
            )
            yield Reason(HeadStale.code, told, HeadStale.advice, chain.name)


def _of_signer(chain: ChainView, bounds: ReadinessBounds) -> Iterator[Reason]:
    left = chain.seconds_left
    is_ending = left is not None and left <= bounds.end_margin
    if chain.active is not None and not chain.active.paused and not is_ending:
        return
    if chain.rotating is not None:
        yield _reason(chain.rotating, chain.name)
    told = f"no proof is signed: {chain.waits_for or 'the rotation has not begun'}"
    if chain.active is not None and is_ending and not chain.active.paused:
        told = f"the signer's registration ends in {max(0, left or 0)} s: it signs nothing more"
    yield Reason(NoActiveSigner.code, told, "Wait for the next registration.", chain.name)


def _warnings(chain: ChainView, bounds: ReadinessBounds) -> Iterator[Reason]:
    """What does not keep it from signing now, but will."""
    payer = chain.payer
    rotations = payer.rotations if payer is not None else None
    if payer is not None and rotations is not None and rotations < bounds.few_rotations:
        told = f"payer {checksummed(payer.address)} can pay for only {rotations} registrations"
        yield Reason(PayerEmpty.code, told, "Fund it.", chain.name)
    for failing in (chain.rotating, chain.following, chain.settling):
        if failing is not None:
            yield _reason(failing, chain.name)
    if chain.collateral is not None:
        advice = "docs/operate-daily.md, collateral on chain"
        yield Reason("collateral_ends", chain.collateral, advice, chain.name)


def _duties(duties: tuple[DutyView, ...], chain: str = "") -> Iterator[Reason]:
    for duty in duties:
        if duty.problem is not None:
            yield _reason(duty.problem, chain)


def _reason(problem: Problem, chain: str = "") -> Reason:
    return Reason(problem.code, problem.text, problem.advice, chain)
