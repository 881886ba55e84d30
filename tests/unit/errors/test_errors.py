"""The error classes as an interface: codes are stable, unique and survive a process boundary."""

import re

import pytest
from cases.error_leaves import leaves

from attestor import errors
from attestor.errors import AttestorError, Fatal, Misconfigured, Rejected, Transient, Unprovable


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_leaf__has_a_code_of_its_own_and_one_class(leaf: type[AttestorError]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", leaf.__dict__["code"])
    kinds = [kind for kind in (Transient, Rejected, Misconfigured, Fatal) if issubclass(leaf, kind)]
    assert len(kinds) == 1
    assert leaf.exit_code == kinds[0].exit_code


def test_codes__are_unique() -> None:
    codes = [leaf.__dict__["code"] for leaf in leaves()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_restore__by_code__is_the_same_class(leaf: type[AttestorError]) -> None:
    restored = errors.restore(leaf.__dict__["code"], "what", "do this")
    assert type(restored) is leaf
    assert str(restored) == "what (do this)"


def test_restore__unknown_code__keeps_it_visible() -> None:
    restored = errors.restore("from_the_future", "what", None)
    assert type(restored) is AttestorError
    assert str(restored) == "what [from_the_future]"


def test_every_leaf__is_in_the_room_of_errors_and_offered_by_it() -> None:
    for leaf in leaves():
        assert leaf.__module__.startswith("attestor.errors."), leaf
        if leaf.__module__ == "attestor.errors.avs":
            continue  # Of one service.
        if leaf.__module__ == "attestor.errors.jobs":
            continue  # Of the calls of /v1, and of the operator's.
        if leaf.__module__ == "attestor.errors.readiness":
            continue  # Of `/readyz`, which no call meets.
        if issubclass(leaf, Unprovable) and leaf is not Unprovable:
            continue  # One for each rule of the circuits: they are told apart by their codes.
        if leaf.__module__.startswith("attestor.errors.scroll"):
            continue  # Of one kind of chain: its packages take them from there.
        if leaf.__module__ == "attestor.errors.printing":
            continue  # Of the command line as a whole.
        if leaf.__module__ == "attestor.errors.rsp":
            continue  # Of one command.
        assert getattr(errors, leaf.__name__) is leaf
        assert leaf.__name__ in errors.__all__
