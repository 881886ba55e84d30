"""One endpoint of the pool: its calls, its health, and that it is of the right chain."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from loguru import logger

from attestor.chain import refusals, wire
from attestor.chain.decision import Decision
from attestor.chain.health import Health
from attestor.chain.rpc import Bounds
from attestor.core.events import Event
from attestor.errors import (
    AttestorError,
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
from attestor.observe.repeated import Repeated

T = TypeVar("T")


class Transport(Protocol):
    """Below an endpoint: `rpc.Rpc`, or a test's script. A deadline is given where there is one."""

    @property
    def label(self) -> str: ...

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any: ...


@dataclass(frozen=True)
class Query(Generic[T]):
    """A question, and the decoding that an answer has to pass. `fresh` asks it on a connection of
    its own; `bounds` are those of the answer where it is known to be small. One that `insists` is
    put to those that rest too, where what the others say does not settle it."""

    method: str
    params: list[Any]
    decode: Callable[[Any], T]
    fresh: bool = False
    bounds: Bounds | None = None
    insists: bool = False


CHAIN_ID: Query[Any] = Query("eth_chainId", [], lambda found: found)


class Endpoint:
    """Safe to use from several threads. `chain_id` None is whatever chain it is of."""

    def __init__(
        self,
        rpc: Transport,
        chain_id: int | None,
        clock: Callable[[], float],
        decision: Decision | None = None,
    ) -> None:
        self.rpc = rpc
        self.health = Health(clock)
        self._chain_id = chain_id
        self._clock = clock
        self._decision = decision or Decision(clock)
        self._repeated = Repeated(clock)
        self._telling = threading.Lock()
        self._connections = 0
        self._checked = True
        """False from a failure until its chain id is known to be right again."""

    @property
    def label(self) -> str:
        """The endpoint as it may be shown."""
        return self.rpc.label

    def close(self) -> None:
        """End its calls, where its transport can."""
        getattr(self.rpc, "close", lambda: None)()

    def require_chain(self, deadline: Deadline | None = None) -> None:
        """Raise `WrongChain` unless it is of the configured chain."""
        self._judged(lambda: self._check_chain(deadline))

    def ask(
        self, query: Query[T], deadline: Deadline | None = None, last_resort: bool = False
    ) -> T:
        """The decoded answer; of an endpoint that rests only as the `last_resort`.

        Raises `RpcUnreachable`, `RpcThrottled`, `RpcAnswerInvalid`, `HeaderInvalid`, `BlockUnknown`
        or `WrongChain`, each held against the endpoint as far as it should be; and `RpcError`.
        """
        return self._judged(lambda: self._ask(query, deadline), last_resort)

    def _ask(self, query: Query[T], deadline: Deadline | None) -> T:
        if not self._checked:
            self._check_chain(deadline)
        answer = query.decode(self._answer(query, deadline))
        # Behind a new connection there may be another node.
        if self._connections != getattr(self.rpc, "connections", 0):
            self._check_chain(deadline)
        return answer

    def _check_chain(self, deadline: Deadline | None) -> None:
        found = wire.count(self._answer(CHAIN_ID, deadline), "chain id")
        if self._chain_id not in (None, found):
            raise WrongChain(
                f"{self.label} is on chain id {found}, expected {self._chain_id}",
                hint="name a node of that chain, or correct the id: of a daemon, chain.rpc_url or "
                "chain.id",
            )
        self._connections = getattr(self.rpc, "connections", 0)
        self._checked = True

    def _answer(self, query: Query[Any], deadline: Deadline | None) -> Any:
        deadline = self._decision.bound(deadline)
        bounds: tuple[Any, ...] = () if deadline is None else (deadline,)
        if query.bounds is not None:
            bounds = deadline, query.fresh, query.bounds
        elif query.fresh:
            bounds = deadline, True
        return self.rpc.call(query.method, query.params, *bounds)

    def _judged(self, asking: Callable[[], T], last_resort: bool = False) -> T:
        self.health.require_callable(self.label, last_resort)
        began = self._clock()
        try:
            answer = asking()
        except RpcError as error:
            told = refusals.told_apart(error)
            told.message = self._named(told)
            self._hold_against(told)
            if told is error:
                raise
            raise told from None
        except (Transient, WrongChain) as error:
            error.message = self._named(error)
            self._hold_against(error)
            raise
        self._answered(self._clock() - began)
        return answer

    def _answered(self, seconds: float | None = None) -> None:
        self.health.answered(seconds)
        with self._telling:
            if self._repeated.passed(self.label):
                logger.bind(event=Event.ENDPOINT_ANSWERS).info("{} answers again", self.label)

    def _hold_against(self, error: AttestorError) -> None:
        demoted = False
        match error:
            case RpcThrottled():
                demoted = self.health.throttled(error.seconds)
            case RpcUnreachable():
                self._checked = False
                demoted = self.health.failed()
            case HeaderUnknown():
                pass
            case RpcAnswerInvalid() | HeaderInvalid() | WrongChain():
                self._checked = False
                demoted = self.health.lied()
            case _:
                self._answered()
        if demoted:
            with self._telling:
                if self._repeated.failed(self.label, error.code):
                    logger.bind(event=Event.ENDPOINT_FAILING).warning(
                        "endpoint is asked last for a while: {}", error.message
                    )

    def _named(self, error: AttestorError) -> str:
        return error.message if self.label in error.message else f"{self.label}: {error.message}"
