"""Checks of the chain, each on both of its sides, with endpoints that are not asked."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from attestor import config
from attestor.config import Config
from attestor.core.blocks import Block
from attestor.core.fees import ADMISSION_GAS, GWEI
from attestor.core.registration import Terms
from attestor.doctor import chain
from attestor.doctor.finding import Finding, State
from attestor.errors import WrongChain

NOW = 1_800_000_000
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
PRICE = 22 * GWEI
"""Twice the base fee of the heads below, and the tip."""


@dataclass(frozen=True)
class Asked:
    """An endpoint whose answers are known."""

    number: int = 100
    branch: bytes = b"\x01"
    chain_id: int = 1
    funds: int = 0

    def require_chain(self) -> None:
        if self.chain_id != 1:
            raise WrongChain(f"it is chain {self.chain_id}")

    def head(self) -> Block:
        return block(self.number, self.branch)

    def agrees(self, one: Block) -> bool:
        return block(one.number, self.branch).hash == one.hash

    def balance(self, address: bytes) -> int:
        return self.funds

    def priority_fee(self) -> int:
        return 2 * GWEI


def block(number: int, branch: bytes) -> Block:
    return Block(number, branch * 32, branch * 32, NOW - 5, base_fee=10 * GWEI)


@pytest.fixture
def loaded(tmp_path: Path) -> Config:
    (tmp_path / "key").write_text(f"0x{KEY}")
    (tmp_path / "key").chmod(0o600)
    flags: dict[str, str | None] = {
        "chain_rpc_urls": "http://a.example,http://b.example,http://c.example",
        "chain_id": "1",
        "chain_registry": "0x" + "11" * 20,
        "payer_key_file": str(tmp_path / "key"),
    }
    return config.load(None, {}, flags)


def answering(monkeypatch: pytest.MonkeyPatch, *asked: Asked) -> None:
    """The endpoints, in the order in which they are asked."""
    left = iter(asked)
    monkeypatch.setattr("attestor.doctor.chain.Node.of", lambda *given: next(left))


def endpoints(loaded: Config) -> list[Finding]:
    return list(chain.endpoints(loaded, lambda: NOW))


@pytest.mark.parametrize(
    ("age", "state", "advice"),
    [
        (-chain.CLOCK_SECONDS - 1, State.WARNING, "clock is behind"),
        (-chain.CLOCK_SECONDS, State.OK, ""),
        (chain.OLD_HEAD_SECONDS, State.OK, ""),
        (chain.OLD_HEAD_SECONDS + 1, State.WARNING, "the node is behind"),
    ],
)
def test_head__age__is_judged_on_both_sides(age: int, state: State, advice: str) -> None:
    found = chain.head_finding("endpoint 1", 1, Block(7, b"", b"", NOW - age), NOW)
    assert found.state is state
    assert advice in found.advice
    assert f"{age} s old" in found.found


def test_endpoints__that_agree__are_fine(loaded: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Asked(100), Asked(100 + chain.FAR_APART_BLOCKS), Asked(101))
    found = endpoints(loaded)
    assert {one.state for one in found} == {State.OK}
    assert found[-1].found == "3 agree on block 100"


def test_endpoints__one_on_another_branch__has_failed(
    loaded: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, Asked(100), Asked(101, b"\x02"), Asked(101))
    last = endpoints(loaded)[-1]
    assert last.state is State.FAILED
    assert last.found == "endpoint 2 and endpoint 1 differ in block 100"


def test_endpoints__one_far_behind_and_one_of_another_chain__are_told(
    loaded: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = 101 + chain.FAR_APART_BLOCKS
    answering(monkeypatch, Asked(100), Asked(chain_id=5), Asked(behind))
    found = endpoints(loaded)
    assert [one.state for one in found if one.check == "endpoint 2"] == [State.FAILED]
    assert [one.found for one in found if one.state is State.WARNING] == [
        f"endpoint 1 is {behind - 100} blocks behind endpoint 3"
    ]


@pytest.mark.parametrize(
    ("rotations", "state"),
    [
        (chain.FEW_ROTATIONS - 1, State.FAILED),
        (chain.FEW_ROTATIONS, State.WARNING),
        (chain.ENOUGH_ROTATIONS - 1, State.WARNING),
        (chain.ENOUGH_ROTATIONS, State.OK),
    ],
)
def test_payer__funds__are_judged_by_registrations(
    loaded: Config, monkeypatch: pytest.MonkeyPatch, rotations: int, state: State
) -> None:
    answering(monkeypatch, Asked(funds=rotations * PRICE * ADMISSION_GAS))
    (found,) = chain.payer(loaded)
    assert found.state is state
    assert f"enough for about {rotations} registrations at 22 gwei" in found.found
    assert found.advice.startswith("fund 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266") is (
        state is not State.OK
    )


@pytest.mark.parametrize(("validity", "is_warned"), [(2700, False), (2699, True)])
def test_contracts__signer_that_expires_before_it_is_replaced__is_warned_of(
    loaded: Config, monkeypatch: pytest.MonkeyPatch, validity: int, is_warned: bool
) -> None:
    assert (loaded.rotation_period_seconds, loaded.rotation_expiry_margin_seconds) == (1800, 900)
    answering(monkeypatch, Asked())
    monkeypatch.setattr("attestor.deployment.probe.find_lacks", lambda node: [])
    monkeypatch.setattr(
        "attestor.doctor.chain.Registry.terms", lambda registry: Terms(validity, 100)
    )
    found = {one.check: one.state for one in chain.contracts(loaded)}
    assert (found.get("rotation") is State.WARNING) is is_warned
    assert found["registry"] is State.OK
