"""Keystores: the specification's own examples, files of another implementation, and wrong ones."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from attestor.errors import PayerInvalid
from attestor.transactions.keystore import load_keystore
from attestor.transactions.payer import Payer

KEY = bytes(31) + b"\x01"
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
PASSWORD = "correct horse"

EXAMPLE = {
    "cipher": "aes-128-ctr",
    "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    "kdf": "pbkdf2",
    "kdfparams": {
        "c": 262144,
        "dklen": 32,
        "prf": "hmac-sha256",
        "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
}
"""Web3 Secret Storage Definition, test vectors: the key begins with 7a28b5ba. Its example of scrypt
has parameters that RFC 7914 does not allow."""
EXAMPLE_ADDRESS = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"


def written(folder: Path, keystore: Any, password: str = PASSWORD) -> tuple[Path, Path]:
    files = folder / "payer.json", folder / "password"
    files[0].write_text(keystore if isinstance(keystore, str) else json.dumps(keystore))
    files[1].touch(mode=0o600)
    files[1].write_text(password)
    return files


def load(files: tuple[Path, Path]) -> Payer:
    return load_keystore(*files, "payer.keystore_file", "payer.keystore_password_file")


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """By eth-account, with little work."""
    return {
        kdf: Account.encrypt(KEY, PASSWORD, kdf=kdf, iterations=2) for kdf in ("scrypt", "pbkdf2")
    }


def test_load__example_of_the_specification__is_the_account(tmp_path: Path) -> None:
    files = written(tmp_path, {"version": 3, "crypto": EXAMPLE}, "testpassword")
    assert load(files).address == EXAMPLE_ADDRESS


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nanother line\n"])
def test_load__password_is_the_first_line__is_the_account(
    tmp_path: Path, made: Any, kdf: str, ending: str
) -> None:
    assert load(written(tmp_path, made[kdf], PASSWORD + ending)).address == ADDRESS


def test_load__forms_of_other_wallets__are_read(tmp_path: Path, made: Any) -> None:
    keystore = dict(made["scrypt"])
    keystore["Crypto"] = keystore.pop("crypto")
    keystore["address"] = "0x" + keystore["address"].removeprefix("0x")
    assert load(written(tmp_path, keystore)).address == ADDRESS


@pytest.mark.parametrize("password", ["", "another one", " " + PASSWORD, PASSWORD + " "])
def test_load__another_password__is_said_without_showing_it(
    tmp_path: Path, made: Any, password: str
) -> None:
    with pytest.raises(PayerInvalid, match="does not open the keystore") as caught:
        load(written(tmp_path, made["scrypt"], password))
    assert not password.strip() or password not in str(caught.value)
    assert caught.value.__cause__ is None


def test_load__password_file_open_to_others__is_refused(tmp_path: Path, made: Any) -> None:
    files = written(tmp_path, made["scrypt"])
    files[1].chmod(0o640)
    with pytest.raises(PayerInvalid, match=r"password file .* is open to others.*chmod 600"):
        load(files)


@pytest.mark.parametrize("missing", [0, 1])
def test_load__no_file__says_which_and_its_option(tmp_path: Path, made: Any, missing: int) -> None:
    files = written(tmp_path, made["scrypt"])
    files[missing].unlink()
    option = ("payer.keystore_file", "payer.keystore_password_file")[missing]
    with pytest.raises(PayerInvalid, match=f"{files[missing].name}: No such file.*set {option}"):
        load(files)


def test_load__address_of_another_key__is_refused(tmp_path: Path, made: Any) -> None:
    keystore = {**made["scrypt"], "address": "77" * 20}
    with pytest.raises(PayerInvalid, match="says that it is of 0x7777.*holds the key of 0x7E5F"):
        load(written(tmp_path, keystore))


def test_load__key_that_is_none__is_refused(tmp_path: Path, made: Any) -> None:
    keystore: Any = copy.deepcopy(made["pbkdf2"])
    crypto = keystore["crypto"]
    stream = bytes.fromhex(crypto["ciphertext"])[:31] + bytes(
        [int(crypto["ciphertext"][-2:], 16) ^ 1]
    )
    salt, rounds = bytes.fromhex(crypto["kdfparams"]["salt"]), crypto["kdfparams"]["c"]
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds, 32)
    # With a zero for a key the ciphertext is the cipher's stream itself.
    keystore["crypto"] |= {"ciphertext": stream.hex(), "mac": keccak(derived[16:] + stream).hex()}
    with pytest.raises(PayerInvalid, match="no secp256k1 key"):
        load(written(tmp_path, keystore))


WRONG: dict[str, tuple[tuple[str, ...], Any]] = {
    "version is 1": (("version",), 1),
    "crypto is not a JSON object": (("crypto",), None),
    "cipher is 'aes-256-gcm'": (("crypto", "cipher"), "aes-256-gcm"),
    "cipherparams is not": (("crypto", "cipherparams"), []),
    "iv is not 16 bytes": (("crypto", "cipherparams", "iv"), "00"),
    "ciphertext is not 32 bytes": (("crypto", "ciphertext"), "zz" * 32),
    "mac is not 32 bytes": (("crypto", "mac"), 7),
    "kdf is 'bcrypt'": (("crypto", "kdf"), "bcrypt"),
    "kdfparams is not": (("crypto", "kdfparams"), "no"),
    "salt is not some bytes": (("crypto", "kdfparams", "salt"), None),
    "dklen is 16": (("crypto", "kdfparams", "dklen"), 16),
    "n is 1000, not a power": (("crypto", "kdfparams", "n"), 1000),
    "n is True": (("crypto", "kdfparams", "n"), True),
    "n is 18446744073709551616": (("crypto", "kdfparams", "n"), 1 << 64),
    "takes too much memory": (("crypto", "kdfparams", "n"), 1 << 25),
    "r is 0": (("crypto", "kdfparams", "r"), 0),
    "too much memory or time": (("crypto", "kdfparams", "p"), 1 << 26),
    "p is -1": (("crypto", "kdfparams", "p"), -1),
    "address is not 20 bytes": (("address",), "77"),
}


@pytest.mark.parametrize("words", WRONG)
def test_load__wrong_field__is_named(tmp_path: Path, made: Any, words: str) -> None:
    path, value = WRONG[words]
    keystore: Any = copy.deepcopy(made["scrypt"])
    place = keystore
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(PayerInvalid, match=f"not a keystore of version 3: .*{words}"):
        load(written(tmp_path, keystore))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("prf", "hmac-md5", "prf is 'hmac-md5'"), ("c", 0, "c is 0"), ("c", 10**9, "c is 1000000000")],
)
def test_load__wrong_parameter_of_pbkdf2__is_named(
    tmp_path: Path, made: Any, name: str, value: object, words: str
) -> None:
    keystore: Any = copy.deepcopy(made["pbkdf2"])
    keystore["crypto"]["kdfparams"][name] = value
    with pytest.raises(PayerInvalid, match=words):
        load(written(tmp_path, keystore))


def test_load__example_with_scrypt_beyond_its_bounds__is_named(tmp_path: Path, made: Any) -> None:
    keystore: Any = copy.deepcopy(made["scrypt"])
    keystore["crypto"]["kdfparams"] |= {"n": 262144, "r": 1, "p": 8}
    with pytest.raises(PayerInvalid, match=r"n is 262144, not below 2\^16"):
        load(written(tmp_path, keystore))


@pytest.mark.parametrize("text", ["", "[]", "0x" + "11" * 32, "{" * 100, "{}" + " " * (65 << 10)])
def test_load__no_keystore__is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(PayerInvalid, match="not a keystore of version 3") as caught:
        load(written(tmp_path, text))
    assert "1111" not in str(caught.value)
