"""The document on a terminal."""

from dataclasses import replace

import pytest
from cases.status_documents import ALL, NO_DATA, READY, SEVERAL, UNFUNDED

from attestor.status.document import Reason
from attestor.status.text import as_text


def test_text__ready__says_so_and_until_when_first() -> None:
    first, second, *_ = as_text(READY).splitlines()
    assert first == (
        "Ready.  The signer is registered for another 45 min, until 2026-11-30 14:15:00 UTC."
    )
    assert second.split() == ["to", "do", "nothing"]


def test_text__not_ready__says_what_to_do_before_all_else() -> None:
    lines = as_text(UNFUNDED).splitlines()
    assert lines[0].startswith("Not ready.")
    assert "payer_empty" in lines[1]
    assert "-> Fund 0xf39F" in lines[2]


def test_text__before_the_first_block__has_every_part() -> None:
    told = as_text(NO_DATA)
    assert "signer     none" in told
    assert "head       none yet" in told
    assert "jobs       not known yet" in told


def test_text__several_chains__are_told_apart() -> None:
    told = as_text(SEVERAL)
    assert "mainnet (chain 1)" in told
    assert "scroll (chain 534352)" in told
    assert "in flight  registration 0x8f8f8f8f…8f8f, nonce 7, attempt 2" in told


@pytest.mark.parametrize("name", ALL)
def test_text__without_colours__has_no_control_characters(name: str) -> None:
    assert "\x1b" not in as_text(ALL[name])
    assert "\x1b[1;3" in as_text(ALL[name], colours=True)


def test_text__of_a_hostile_node__cannot_move_the_cursor_or_forge_a_line() -> None:
    hostile = Reason("x", "gone\x1b[2J\nReady.  All is well.", "\r\x9b1A", "a\nb")
    told = as_text(replace(UNFUNDED, reasons=(hostile,)), colours=True)
    assert "\nReady." not in told
    assert "\x1b[2J" not in told
    assert "\x9b" not in told
    assert "\r" not in told
