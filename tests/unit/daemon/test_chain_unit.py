"""One chain of several: what ends it ends nobody else, and it is built anew."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from attestor.config import ChainConfig, Config
from attestor.core.duty import DutyBounds
from attestor.core.served import Served
from attestor.core.signers import Cover
from attestor.daemon import chain_unit as module
from attestor.daemon.chain_unit import ChainUnit
from attestor.daemon.clocks import Clocks
from attestor.errors import (
    AttestorError,
    ConfigurationInvalid,
    DatabaseDamaged,
    Fatal,
    PayerBusy,
    RegistryInvalid,
    RegistryTermsMisfit,
    RpcUnreachable,
    SignerGone,
    WrongChain,
)

CONFIG = Config(
    chain_rpc_url="http://node.example",
    chain_id=31337,
    chain_registry=b"\x11" * 20,
    payer_key_file=Path("/nowhere"),
)
AWAY = RpcUnreachable("nothing listens there")


class Duty:
    """Raises what it is told to, once."""

    name = "rotation"
    interval = 0.01
    deadline = 60.0

    def __init__(self) -> None:
        self.fault: BaseException | None = None
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault

    def close(self) -> None:
        pass


class Parts:
    """A unit whose parts are doubles, with what its opening and its completing raise, in turn."""

    def __init__(self, is_only: bool) -> None:
        self.events: list[str] = []
        self.opening: list[Exception | None] = []
        self.completing: list[Exception | None] = []
        self.calls_ended = threading.Event()
        self.fatal: list[Fatal] = []
        self.duty = Duty()
        chain = ChainConfig("" if is_only else "base", CONFIG)
        served = Served(chain.name, 31337, b"\x11" * 20)
        clocks = replace(Clocks.of_this_machine())
        self.unit = ChainUnit(
            chain, served, self.open, self.run, clocks, is_only, DutyBounds(failures=2)
        )

    def open(self, opened: ExitStack) -> Any:
        self.events.append("open")
        opened.callback(self.events.append, "closed")
        if (error := next(iter(self.opening), None)) is not None:
            self.opening.pop(0)
            raise error
        return object()

    def run(self, opened: object, signer: object) -> Any:
        if (error := next(iter(self.completing), None)) is not None:
            self.completing.pop(0)
            raise error
        self.events.append("run")
        store: Any = SimpleNamespace(proofs=None, disagreements=None)
        store.database = SimpleNamespace(fault=None)
        rotation = SimpleNamespace(recover=lambda held: self.events.append("recovered"))
        parts = {"rotation": rotation, "store": store, "collateral": None, "cover": Cover()}
        vouching = SimpleNamespace(close=lambda: self.events.append("no one waits"))
        heads = SimpleNamespace(hint=lambda: None)
        return SimpleNamespace(
            duties=(self.duty,),
            vouching=vouching,
            heads=heads,
            end_calls=self.calls_ended.set,
            **parts,
        )

    def build(self) -> None:
        self.unit.open()
        self.unit.complete(cast(Any, Signer(self.events)))

    def start(self) -> None:
        self.unit.start(self.fatal.append)


class Signer:
    """A slot with one key."""

    def __init__(self, events: list[str]) -> None:
        self._events = events

    def addresses(self) -> list[bytes]:
        return [b"key"]

    def retire(self, address: bytes) -> None:
        self._events.append("retired")


@pytest.fixture
def one_of_several(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    parts = Parts(is_only=False)
    yield parts
    parts.unit.stop(5)
    parts.unit.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_open__node_is_away__only_chain__raises() -> None:
    parts = Parts(is_only=True)
    parts.opening = [AWAY]
    with pytest.raises(RpcUnreachable):
        parts.build()
    assert parts.events == ["open", "closed"]


def test_open__node_is_away__one_of_several__says_so_and_is_built_later(
    one_of_several: Parts,
) -> None:
    one_of_several.opening = [AWAY, AWAY]
    one_of_several.build()
    assert one_of_several.unit.running is None
    standing = one_of_several.unit.standing()
    assert (standing.name, standing.failure) == ("base", AWAY)
    one_of_several.start()
    until(lambda: one_of_several.duty.steps)
    assert one_of_several.unit.standing().failure is None
    assert one_of_several.events == ["open", "closed"] * 2 + ["open", "run"]
    assert one_of_several.fatal == []


@pytest.mark.parametrize("error", [ConfigurationInvalid("x", hint="y"), PayerBusy("x", hint="y")])
def test_open__what_an_operator_has_to_change__is_raised_with_the_chain_s_name(
    one_of_several: Parts, error: AttestorError
) -> None:
    one_of_several.opening = [error]
    with pytest.raises(type(error)) as caught:
        one_of_several.build()
    assert (caught.value.message, caught.value.hint) == ("chain base: x", "y")


@pytest.mark.parametrize(
    "error", [WrongChain("x"), RegistryInvalid("x"), RegistryTermsMisfit("x")], ids=lambda e: e.code
)
def test_open__node_of_one_chain_says_something_else__keeps_no_other_from_starting(
    one_of_several: Parts, error: AttestorError
) -> None:
    one_of_several.opening = [error]
    one_of_several.build()
    assert one_of_several.unit.failure is error


def test_complete__fails__what_was_opened_is_closed(one_of_several: Parts) -> None:
    one_of_several.completing = [AWAY]
    one_of_several.build()
    assert one_of_several.events == ["open", "closed"]
    assert one_of_several.unit.failure is AWAY


def test_fatal__one_of_several__takes_its_own_keys_down_and_is_built_anew(
    one_of_several: Parts,
) -> None:
    one_of_several.build()
    one_of_several.start()
    until(lambda: one_of_several.duty.steps)
    one_of_several.duty.fault = DatabaseDamaged("a page is bad")
    until(lambda: one_of_several.events.count("run") == 2)
    assert one_of_several.events == [
        "open", "run", "no one waits", "retired", "recovered", "closed", "open", "run"
    ]  # fmt: skip
    assert one_of_several.fatal == []
    until(lambda: one_of_several.unit.failure is None)


def test_fatal__only_chain__ends_the_daemon() -> None:
    parts = Parts(is_only=True)
    parts.build()
    error = parts.duty.fault = DatabaseDamaged("a page is bad")
    parts.start()
    until(lambda: parts.fatal)
    assert parts.fatal == [error]
    parts.unit.stop(5)
    parts.unit.close()


def test_fatal__signer_process_is_gone__ends_the_daemon_for_all(one_of_several: Parts) -> None:
    one_of_several.build()
    error = one_of_several.duty.fault = SignerGone("gone")
    one_of_several.start()
    until(lambda: one_of_several.fatal)
    assert one_of_several.fatal == [error]
    assert one_of_several.events == ["open", "run"]


def test_duty__fails_unexpectedly_again_and_again__is_past_hope(one_of_several: Parts) -> None:
    one_of_several.build()

    class Failing(Duty):
        def step(self) -> None:
            raise ZeroDivisionError

    running = one_of_several.unit.running
    assert running is not None
    cast(Any, running).duties = (Failing(),)
    one_of_several.start()
    until(lambda: one_of_several.events.count("run") == 2)
    assert one_of_several.fatal == []


def test_open__fails_unexpectedly__only_chain__raises() -> None:
    parts = Parts(is_only=True)
    parts.opening = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        parts.build()
    assert parts.events == ["open", "closed"]


@pytest.mark.parametrize("step", ["opening", "completing"])
def test_build__fails_unexpectedly__one_of_several__keeps_no_other_from_starting(
    one_of_several: Parts, step: str
) -> None:
    """Nor is anything left open, such as the payer's lock, in which the next build would be
    caught."""
    setattr(one_of_several, step, [ZeroDivisionError(), ZeroDivisionError()])
    one_of_several.build()
    assert one_of_several.events == ["open", "closed"]
    failure = one_of_several.unit.failure
    assert failure is not None
    assert (failure.code, "ZeroDivisionError" in failure.message) == ("internal_error", True)
    one_of_several.start()
    until(lambda: one_of_several.duty.steps)
    assert one_of_several.events == ["open", "closed"] * 2 + ["open", "run"]
    assert one_of_several.unit.failure is None


def test_take_down__something_cannot_be_closed__is_built_anew(
    one_of_several: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_signers(signer: object, rotation: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(module, "end_signers", end_signers)
    one_of_several.build()
    monkeypatch.undo()
    one_of_several.start()
    until(lambda: one_of_several.duty.steps)
    one_of_several.duty.fault = DatabaseDamaged("a page is bad")
    until(lambda: one_of_several.events.count("run") == 2)
    assert one_of_several.events.count("closed") == 1
    assert one_of_several.fatal == []


def test_build__duties_cannot_begin__is_taken_down_and_built_anew(
    one_of_several: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain that is built, and whose duties do not run, would be idle for ever."""
    one_of_several.opening = [AWAY]
    failing = [True]
    begin = ChainUnit._begin

    def begins(unit: ChainUnit) -> None:
        if failing.pop():
            raise RuntimeError("can't start new thread")
        begin(unit)

    failing.insert(0, False)
    monkeypatch.setattr(ChainUnit, "_begin", begins)
    one_of_several.build()
    one_of_several.start()
    until(lambda: one_of_several.duty.steps)
    assert one_of_several.events.count("run") == 2
    until(lambda: one_of_several.unit.failure is None)


class Waiting(Duty):
    """Waits for its endpoint until it is cut off."""

    name = "waiting"

    def __init__(self, cut_off: threading.Event) -> None:
        super().__init__()
        self._cut_off = cut_off

    def step(self) -> None:
        self.steps += 1
        self._cut_off.wait()


def test_fatal__step_waits_for_an_endpoint__is_cut_off_and_ends_no_other_chain(
    one_of_several: Parts,
) -> None:
    one_of_several.build()
    waiting = Waiting(one_of_several.calls_ended)
    running = one_of_several.unit.running
    assert running is not None
    cast(Any, running).duties = (waiting, one_of_several.duty)
    one_of_several.start()
    until(lambda: waiting.steps and one_of_several.duty.steps)
    one_of_several.duty.fault = DatabaseDamaged("a page is bad")
    until(lambda: one_of_several.events.count("run") == 2)
    assert one_of_several.fatal == []


def test_take_down__step_takes_long__is_waited_for_as_long_as_any_step(
    one_of_several: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DUTIES_STOP_SECONDS", 0.01)
    one_of_several.build()
    ended = threading.Event()
    waiting = Waiting(ended)
    running = one_of_several.unit.running
    assert running is not None
    cast(Any, running).duties = (waiting, one_of_several.duty)
    one_of_several.start()
    until(lambda: waiting.steps and one_of_several.duty.steps)
    one_of_several.duty.fault = DatabaseDamaged("a page is bad")
    threading.Event().wait(0.2)
    assert one_of_several.fatal == []
    ended.set()
    until(lambda: one_of_several.events.count("run") == 2)


def test_stop__step_waits_for_an_endpoint__is_cut_off(one_of_several: Parts) -> None:
    one_of_several.build()
    waiting = Waiting(one_of_several.calls_ended)
    running = one_of_several.unit.running
    assert running is not None
    cast(Any, running).duties = (waiting,)
    one_of_several.start()
    until(lambda: waiting.steps)
    assert one_of_several.unit.stop(1) == []


def test_stop__while_it_is_away__ends_at_once(one_of_several: Parts) -> None:
    one_of_several.opening = [AWAY] * 1000
    one_of_several.build()
    one_of_several.start()
    assert one_of_several.unit.stop(5) == []
    one_of_several.unit.close()
    opened = len(one_of_several.events)
    threading.Event().wait(0.1)
    assert len(one_of_several.events) <= opened + 2
