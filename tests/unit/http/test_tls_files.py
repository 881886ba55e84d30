"""Certificates and keys: every form that is taken, and every fault with what mends it."""

import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cases.tls_files import (
    AUTHORITY,
    CHAIN,
    FAULTS,
    NOW,
    OWN,
    PKCS1_OR_SEC1,
    PKCS8,
    RSA,
    YEAR,
    Issued,
    issue,
    write,
)
from cryptography.hazmat.primitives.serialization import PrivateFormat

from attestor.errors.avs import TlsFileInvalid
from attestor.http import tls_files


def context_of(prefix: str) -> ssl.SSLContext:
    return tls_files.server_context(tls_files.from_prefix(prefix), NOW)


@pytest.mark.parametrize("form", [PKCS1_OR_SEC1, PKCS8])
@pytest.mark.parametrize("issued", [OWN, RSA], ids=["curve", "rsa"])
def test_files__key_in_each_form__are_taken(
    issued: Issued, form: PrivateFormat, tmp_path: Path
) -> None:
    context_of(write(tmp_path, issued.pem + AUTHORITY.pem, issued.key_pem(form)))


def test_files__key_after_the_parameters_of_its_curve__are_taken(tmp_path: Path) -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    context_of(write(tmp_path, CHAIN, parameters + OWN.key_pem()))


@pytest.mark.parametrize("name", FAULTS)
def test_files__fault__is_named_with_the_file_and_a_command(name: str, tmp_path: Path) -> None:
    chain, key, message, command = FAULTS[name]
    with pytest.raises(TlsFileInvalid) as caught:
        context_of(write(tmp_path, chain, key))
    assert re.search(message, caught.value.message)
    assert str(tmp_path) in caught.value.message
    assert command in str(caught.value.hint)


def test_files__missing__are_named(tmp_path: Path) -> None:
    with pytest.raises(TlsFileInvalid, match=r"none\.crt cannot be read: No such file"):
        context_of(str(tmp_path / "none"))


def test_files__zero_byte_in_the_path__is_told() -> None:
    with pytest.raises(TlsFileInvalid, match="cannot be read: embedded null byte"):
        context_of("a\0b")


def test_files__prefix_with_an_ending__is_told_which(tmp_path: Path) -> None:
    write(tmp_path, CHAIN, OWN.key_pem())
    with pytest.raises(TlsFileInvalid, match="write .*prover"):
        context_of(str(tmp_path / "prover.crt"))


WARNED: dict[str, tuple[Callable[[], Issued], str]] = {
    "itself": (lambda: AUTHORITY, "signed by itself"),
    "no names": (lambda: issue("x", AUTHORITY, names=()), "no subjectAltName"),
    "soon": (lambda: issue("x", AUTHORITY, ends=NOW + YEAR / 100), "ends in 3 days"),
}


@pytest.mark.parametrize("name", WARNED)
def test_warnings__of_usable_files__name_what_clients_refuse(name: str, tmp_path: Path) -> None:
    make, told = WARNED[name]
    issued = make()
    files = tls_files.from_prefix(write(tmp_path, issued.pem, issued.key_pem()))
    (found,) = tls_files.warnings_of(files, NOW)
    assert told in found


def test_warnings__of_good_files__are_none(tmp_path: Path) -> None:
    files = tls_files.from_prefix(write(tmp_path, CHAIN, OWN.key_pem()))
    assert tls_files.warnings_of(files, NOW) == []
