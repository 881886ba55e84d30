"""What clients are told of errors, and the words that they must not find there."""

import pytest

from attestor.avs import failures
from attestor.avs.failures import failed, failure_of, invalid_params
from attestor.errors import ConfigurationInvalid, DatabaseDamaged
from attestor.http.jsonrpc import Failure

WORDS = ["please skip it", "skipskip", "unexpected EOF", "a\nskip\x1b[2K"]


@pytest.mark.parametrize("text", WORDS)
def test_failure__text_with_a_word_that_clients_act_on__is_told_without_it(text: str) -> None:
    for error in (
        failed(failures.PROOF_FAILED, text, hint=text),
        invalid_params(text),
        ConfigurationInvalid(text, hint=text),
    ):
        told = failure_of(error)
        for found in (told.message, told.data or ""):
            assert "skip" not in found
            assert "unexpected EOF" not in found
            assert found.isprintable()


def test_failure__not_sampled__has_the_text_that_operators_look_for() -> None:
    text = "ratelimited, skip this, try next time"
    assert failure_of(failed(failures.NOT_SAMPLED, text)) == Failure(14444, text)


def test_failure__of_this_process__says_nothing_of_what_is_inside() -> None:
    error = DatabaseDamaged("/var/lib/attestor/secret.sqlite is damaged")
    assert failure_of(error) == Failure(-32603, "Internal error")


def test_failure__long_text__is_cut() -> None:
    assert len(failure_of(failed(15001, "x" * 100_000)).message) <= failures.MAX_TEXT
