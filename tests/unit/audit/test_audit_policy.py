"""Policy events of a registry as lines, and the ranges in which they are asked for."""

import pytest

from attestor.audit.policy import as_line, policy_events
from attestor.chain.abi import Contract
from attestor.chain.registry_events import POLICY_EVENTS
from attestor.core.registration import PolicyEvent

EVERYDAY = {"SignerRegistered", "SignerRenewed", "AdmissionKept", "AdmissionExtended"}


def test_policy_events__of_the_registry__are_all_but_the_everyday_ones() -> None:
    contract = Contract.named("TEERegistry")
    names = {item["name"] for item in contract._events.values()}
    assert names - {"EIP712DomainChanged"} == POLICY_EVENTS | EVERYDAY


@pytest.mark.parametrize(
    ("first", "head", "ranges"),
    [
        (0, 0, [(0, 0)]),
        (5, 4, []),
        (0, 1999, [(0, 1999)]),
        (7, 4010, [(7, 2006), (2007, 4006), (4007, 4010)]),
    ],
)
def test_policy_events__many_blocks__each_once_in_ranges(
    first: int, head: int, ranges: list[tuple[int, int]]
) -> None:
    asked: list[tuple[int, int]] = []

    def fetch(start: int, end: int) -> list[PolicyEvent]:
        asked.append((start, end))
        return [PolicyEvent("Paused", {}, start, bytes(32))]

    events = list(policy_events(first, head, fetch))
    assert asked == ranges
    assert [event.block_number for event in events] == [start for start, _ in ranges]


def test_as_line__every_argument__is_told_in_full() -> None:
    arguments: dict[str, object] = {
        "platform": b"\xab" * 32,
        "by": "0x" + "11" * 20,
        "reason": "a leak\n  9  0x00  Unpaused",
        "enclave": (b"\x01", 7),
    }
    line = as_line(PolicyEvent("PlatformRevoked", arguments, 9, b"\x22" * 32))
    assert line == (
        f"9  0x{'22' * 32}  PlatformRevoked  platform 0x{'ab' * 32}, by 0x{'11' * 20}, "
        "reason 'a leak\\n  9  0x00  Unpaused', enclave (0x01, 7)"
    )


@pytest.mark.parametrize("text", ["0x1\n  9  0x00  Unpaused", "0x\x1b[2J", "0x11 ", "0xzz"])
def test_as_line__text_that_begins_like_hex__is_quoted(text: str) -> None:
    line = as_line(PolicyEvent("Paused", {"reason": text}, 9, b"\x22" * 32))
    assert line.endswith(f"reason {text!r}")
    assert line.isprintable()
