"""Which runs may be signed."""

import hashlib
from dataclasses import replace

import pytest

from attestor.core.execution import Engine, Execution, require_signable
from attestor.errors import GuestFailed, PublicValuesMismatch

PUBLIC_VALUES = bytes.fromhex("0a0000003700000059000000")
SOUND = Execution(
    public_values=PUBLIC_VALUES,
    exit_code=0,
    cycles=9407,
    digest=hashlib.sha256(PUBLIC_VALUES).digest(),
    engine=Engine.SP1_PORTABLE,
)


def test_require_signable__sound_run__passes() -> None:
    require_signable(SOUND)


def test_require_signable__no_public_values__passes() -> None:
    require_signable(replace(SOUND, public_values=b"", digest=hashlib.sha256().digest()))


@pytest.mark.parametrize(
    ("exit_code", "words"),
    [(1, "panicked"), (2, "failed"), (3, "stdin is invalid or too short"), (2**32 - 1, "failed")],
)
def test_require_signable__exit_code__refused_with_its_meaning(exit_code: int, words: str) -> None:
    with pytest.raises(GuestFailed, match=words) as caught:
        require_signable(replace(SOUND, exit_code=exit_code))

    assert caught.value.guest_exit_code == exit_code
    assert f"exit code {exit_code}" in caught.value.message
    assert caught.value.code == "exec_exit_code"


def test_require_signable__program_printed__its_last_words_are_told() -> None:
    run = replace(SOUND, exit_code=1, log="x" * 1000 + " stdin is wrong\n")

    with pytest.raises(GuestFailed, match="it printed: x+ stdin is wrong$") as caught:
        require_signable(run)

    assert len(caught.value.message) < 300


@pytest.mark.parametrize("digest", [bytes(32), hashlib.blake2s(PUBLIC_VALUES).digest(), b""])
def test_require_signable__other_digest__refused(digest: bytes) -> None:
    with pytest.raises(PublicValuesMismatch, match=hashlib.sha256(PUBLIC_VALUES).hexdigest()):
        require_signable(replace(SOUND, digest=digest))


def test_require_signable__altered_public_values__refused() -> None:
    with pytest.raises(PublicValuesMismatch):
        require_signable(replace(SOUND, public_values=PUBLIC_VALUES + b"\0"))


def test_require_signable__failed_and_mismatched__exit_code_is_told_first() -> None:
    with pytest.raises(GuestFailed):
        require_signable(replace(SOUND, exit_code=1, digest=bytes(32)))


def test_require_signable__program_printed_nothing__nothing_is_told() -> None:
    with pytest.raises(GuestFailed) as caught:
        require_signable(replace(SOUND, exit_code=1, log=" \n"))

    assert caught.value.message == "the program panicked: exit code 1"
