"""What clients are told of errors, and the words that they must not find there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases.error_leaves import leaves
from loguru import logger

import attestor
from attestor.avs import failures
from attestor.avs.failures import because_of, failed, failure_of, invalid_params
from attestor.errors import (
    AttestorError,
    ConfigurationInvalid,
    DatabaseDamaged,
    DatabaseFull,
    SignerGone,
)
from attestor.errors.scroll import ScrollNodeFailed
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


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_failure__of_each_class__is_told_without_the_words(leaf: type[AttestorError]) -> None:
    """As it is, where nothing takes it into an error with a number, and where a method does."""
    error = leaf("unexpected EOF, skip", hint="skip it: unexpected EOF")
    numbered = failed(failures.CONTEXT_FAILED, str(error))
    refused = invalid_params(str(error))
    for told in map(failure_of, (error, numbered, refused)):
        assert not says_a_word(f"{told.message} {told.data}")
    assert "sk…p" in failure_of(numbered).message, "the text is told"


def says_a_word(text: str) -> bool:
    return "skip" in text or "unexpected EOF" in text


def texts_of(folder: str) -> Iterator[tuple[str, str]]:
    """All text in the code of a package, without docstrings, each with its file."""
    for file in sorted((Path(attestor.__file__).parent / folder).rglob("*.py")):
        tree = ast.parse(file.read_text())
        loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in loose:
                yield file.name, str(node.value)


@pytest.mark.parametrize(
    "folder", ["http", "errors", "avs", "core/avs", "core/scroll", "scroll", "executor", "signer"]
)
def test_texts__that_go_out_beside_methods__have_no_word_but_where_it_is_meant(folder: str) -> None:
    """The edge answers by texts of its own, which nothing looks through."""
    texts = list(texts_of(folder))
    assert texts
    found = {(file, text) for file, text in texts if says_a_word(text)}
    meant = {
        ("failures.py", "skip"),
        ("failures.py", "unexpected EOF"),
        ("methods.py", "ratelimited, skip this, try next time"),
    }
    assert found == (meant if folder == "avs" else set())


OF_PARTS: dict[str, tuple[AttestorError, str, bool]] = {
    "of this process": (DatabaseDamaged("/var/x is damaged"), "the service failed (its log ", True),
    "signer is gone": (
        SignerGone("the signer process ended"),
        "the service failed (its log ",
        True,
    ),
    "disk is full": (DatabaseFull("full", hint="free space"), "full (free space)", True),
    "of a node": (ScrollNodeFailed("the node is away"), "the node is away", False),
}


@pytest.mark.parametrize("name", OF_PARTS)
def test_because_of__error_of_a_part__is_told_and_logged_for_whom_it_concerns(name: str) -> None:
    error, told, is_logged = OF_PARTS[name]
    lines: list[str] = []
    sink = logger.add(lines.append, level="ERROR", format="{message}")
    try:
        found = failure_of(because_of(failures.PROOF_FAILED, error, "before: "))
    finally:
        logger.remove(sink)
    assert found.number == failures.PROOF_FAILED
    assert found.message.startswith(f"before: {told}")
    assert [error.message in line and error.code in line for line in lines] == [True] * is_logged


def test_failure__not_sampled__has_the_text_that_operators_look_for() -> None:
    text = "ratelimited, skip this, try next time"
    assert failure_of(failed(failures.NOT_SAMPLED, text)) == Failure(14444, text)


def test_failure__of_this_process__says_nothing_of_what_is_inside() -> None:
    error = DatabaseDamaged("/var/lib/attestor/secret.sqlite is damaged")
    assert failure_of(error) == Failure(-32603, "Internal error")


def test_failure__long_text__is_cut() -> None:
    assert len(failure_of(failed(15001, "x" * 100_000)).message) <= failures.MAX_TEXT
