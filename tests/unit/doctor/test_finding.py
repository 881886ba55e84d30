"""Findings: whatever a check does, the others go on, and the first failure is what to do first."""

from collections.abc import Iterator

from attestor.doctor.finding import Finding, State, examine, failed, ok, verdict, warning
from attestor.errors import PayerEmpty, RpcUnreachable


def broken() -> Iterator[Finding]:
    yield ok("first", "fine")
    raise ValueError("two\nlines")


def away() -> Iterator[Finding]:
    raise RpcUnreachable("no answer")
    yield


def test_examine__check_that_raises__is_a_finding_and_the_next_goes_on() -> None:
    found = list(examine([("a", broken), ("b", away), ("c", lambda: [ok("c", "fine")])]))
    assert [(one.check, one.state) for one in found] == [
        ("first", State.OK),
        ("a", State.FAILED),
        ("b", State.FAILED),
        ("c", State.OK),
    ]
    assert "unexpected ValueError" in found[1].found
    assert "\n" not in found[1].found
    assert found[2].found == "no answer [rpc_unreachable]"
    assert found[2].advice == RpcUnreachable.advice


def test_examine__error_with_a_hint__advises_that() -> None:
    def empty() -> Iterator[Finding]:
        raise PayerEmpty("nothing", hint="fund 0x01")
        yield

    (found,) = examine([("payer", empty)])
    assert found.advice == "fund 0x01"


def test_verdict__first_failure__is_told() -> None:
    found = [ok("a", "x"), warning("b", "y", "z"), failed("c", "d", "do e"), failed("f", "g", "h")]
    assert verdict(found) == "not ready: c: do e"
    assert verdict(found[:2]) == "ready, with 1 warning(s)"
    assert verdict(found[:1]) == "ready"
