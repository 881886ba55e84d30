"""What the payer can still pay for is known before it is missed."""

from types import SimpleNamespace
from typing import Any

import pytest

from attestor.core.fees import ADMISSION_GAS, GWEI
from attestor.daemon.payer_watch import PayerDuty
from attestor.errors import RpcUnreachable, SignerGone

PAYER = b"\x09" * 20


class Chain:
    base_fee = 10 * GWEI
    fault: Exception | None = None

    def balance(self, address: bytes) -> int:
        if self.fault is not None:
            raise self.fault
        return 10**18

    def head(self) -> Any:
        return SimpleNamespace(base_fee=self.base_fee)

    def priority_fee(self) -> int:
        return GWEI


def watching(chain: Chain, cap: int = 100 * GWEI) -> PayerDuty:
    duty = PayerDuty(chain, PAYER, cap)  # type: ignore[arg-type]
    duty.step()
    return duty


def test_payer__read__says_for_how_many_registrations_it_pays() -> None:
    view = watching(Chain()).view
    assert view.rotation_cost == ADMISSION_GAS * 21 * GWEI
    assert view.rotations == 10**18 // (ADMISSION_GAS * 21 * GWEI)
    assert watching(Chain(), cap=5 * GWEI).view.rotation_cost == ADMISSION_GAS * 5 * GWEI


def test_payer__endpoint_away__keeps_what_was_read() -> None:
    chain = Chain()
    duty = watching(chain)
    before, chain.fault = duty.view, RpcUnreachable("away")
    duty.step()
    assert duty.view == before
    assert watching(chain).view.balance is None


def test_payer__fatal_error__is_raised() -> None:
    chain = Chain()
    chain.fault = SignerGone("gone")
    with pytest.raises(SignerGone):
        watching(chain)
