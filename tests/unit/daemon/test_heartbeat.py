"""The signer process is asked until it answers."""

import threading

import pytest

from attestor.daemon.heartbeat import HeartbeatDuty
from attestor.errors import SignerGone


class Signer:
    def __init__(self, *silent: bool) -> None:
        self.answered = [not one for one in silent]
        self.gone = False
        self.asked = threading.Semaphore(0)

    def require_alive(self) -> None:
        if self.gone:
            raise SignerGone("gone")

    def answers(self, seconds: float) -> bool:
        self.asked.release()
        return self.answered.pop(0) if self.answered else False


def test_step__it_answers__ends(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(False, True)
    HeartbeatDuty(signer).step()
    assert signer.answered == [False]


def test_step__it_is_silent_for_a_while__goes_on_asking() -> None:
    signer = Signer(True, True, True, False)
    HeartbeatDuty(signer).step()
    assert signer.answered == []


def test_step__it_ended__is_fatal() -> None:
    signer = Signer()
    signer.gone = True
    with pytest.raises(SignerGone):
        HeartbeatDuty(signer).step()


def test_close__it_is_silent__the_step_ends() -> None:
    signer = Signer()
    duty = HeartbeatDuty(signer)
    step = threading.Thread(target=duty.step)
    step.start()
    assert signer.asked.acquire(timeout=10)
    duty.close()
    step.join(10)
    assert not step.is_alive()
