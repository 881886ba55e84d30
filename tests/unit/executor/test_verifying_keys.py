"""Verifying keys are computed once per program, within bounds."""

from typing import Any

import pytest

from attestor.core.execution import Limits
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProgramInvalid
from attestor.executor import VerifyingKeys, verifying_keys

KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))


class Executor:
    def __init__(self) -> None:
        self.computed: list[bytes] = []
        self.fault: Exception | None = None

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        self.computed.append(program)
        if self.fault is not None:
            raise self.fault
        return KEY


@pytest.fixture
def executor() -> Executor:
    return Executor()


@pytest.fixture
def keys(executor: Executor) -> VerifyingKeys:
    double: Any = executor
    return VerifyingKeys(double, Limits())


def test_of__same_program_again__is_computed_once(keys: VerifyingKeys, executor: Executor) -> None:
    assert (keys.of(b"one"), keys.of(b"one")) == (KEY, KEY)
    assert executor.computed == [b"one"]


def test_of__many_programs__forgets_what_was_used_longest_ago(
    keys: VerifyingKeys, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying_keys, "MAX_KEPT", 2)
    for program in (b"one", b"two", b"one", b"three", b"one", b"two"):
        keys.of(program)
    assert executor.computed == [b"one", b"two", b"three", b"two"]


def test_of__failure__is_not_kept(keys: VerifyingKeys, executor: Executor) -> None:
    executor.fault = ProgramInvalid("no ELF")
    with pytest.raises(ProgramInvalid):
        keys.of(b"one")
    executor.fault = None
    assert keys.of(b"one") == KEY
