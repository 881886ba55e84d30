"""The duty around the rotation: it rotates, or after a halt closes what was open."""

from typing import Any

import pytest

from attestor.errors import SignerGone
from attestor.rotation.duty import RotationDuty


class Parts:
    """Signer process and rotation in one."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.held: list[bytes] = [b"\x01" * 20]
        self.alive = True
        self.reason: str | None = None
        parts: tuple[Any, Any] = (self, self)
        self.duty = RotationDuty(*parts, lambda: self.reason, 1.0)

    def require_alive(self) -> None:
        if not self.alive:
            raise SignerGone("gone")

    def addresses(self) -> list[bytes]:
        return self.held

    def step(self) -> str:
        self.calls.append("step")
        return "waits"

    def recover(self, held: list[bytes], reason: str) -> None:
        self.calls.append((held, reason))


def test_step__signing__rotates() -> None:
    parts = Parts()
    parts.duty.step()
    parts.duty.step()
    assert parts.calls == ["step", "step"]


def test_step__signer_process_gone__is_fatal() -> None:
    parts = Parts()
    parts.alive = False
    with pytest.raises(SignerGone):
        parts.duty.step()
    assert parts.calls == []


def test_step__halted__closes_the_signers_until_no_key_is_left_and_makes_none() -> None:
    parts = Parts()
    parts.reason = "job a: cycles"
    told = "the engines disagree: job a: cycles"
    parts.duty.step()
    parts.held = []
    for _ in range(3):
        parts.duty.step()
    assert parts.calls == [([b"\x01" * 20], told), ([], told)]
