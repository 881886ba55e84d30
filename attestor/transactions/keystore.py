"""A payer's key in a keystore file: Web3 Secret Storage, version 3, as geth, cast, besu and wallets
write it.

    {"version": 3, "address": "…", "crypto": {
        "kdf": "scrypt", "kdfparams": {"n", "r", "p", "dklen": 32, "salt"},      or
        "kdf": "pbkdf2", "kdfparams": {"c", "prf": "hmac-sha256", "dklen": 32, "salt"},
        "cipher": "aes-128-ctr", "cipherparams": {"iv"}, "ciphertext": "…", "mac": "…"}}

    derived = kdf(password)     key = AES-128-CTR(derived[:16], iv, ciphertext)
    mac = keccak256(derived[16:32] ‖ ciphertext)

Password, derived key and key are in locked memory alone. The password is the first line of a file.
"""

import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.keccak import keccak
from attestor.core.text import checksummed
from attestor.errors import PayerInvalid
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.secret_key import LENGTH, SecretKey
from attestor.transactions import secret_file
from attestor.transactions.payer import Payer

MAX_FILE_BYTES = 64 << 10
MAX_SCRYPT_BYTES = 1 << 30
"""Of memory, 128·n·r; geth's usual parameters take 256 MiB."""
MAX_SCRYPT_WORK = 1 << 26
"""n·r·p: some ten seconds."""
MAX_ROUNDS = 10_000_000
_DERIVED = 32
_WORD = 16


@dataclass(frozen=True)
class Keystore:
    """What a keystore file says. `kdf` derives 32 bytes from a password."""

    kdf: Scrypt | PBKDF2HMAC
    iv: bytes
    ciphertext: bytes
    mac: bytes
    address: bytes | None


def load_keystore(path: Path, password_file: Path, option: str, password_option: str) -> Payer:
    """The payer whose key is in a keystore file. The options are what an operator sets the files
    with. Raises `PayerInvalid` and `MemoryNotLocked`."""
    try:
        text = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PayerInvalid(
            f"cannot read the keystore {path}: {error.strerror}", hint=f"set {option}"
        ) from None
    try:
        keystore = parse(text)
    except ValueError as error:
        raise PayerInvalid(
            f"{path} is not a keystore of version 3: {error}",
            hint="geth account new and cast wallet import write one",
        ) from None
    with secret_file.read(password_file, "the keystore's password file", password_option) as read:
        payer = Payer(_decrypt(keystore, *read, path, password_file))
    if keystore.address is not None and payer.address != checksummed(keystore.address):
        raise PayerInvalid(
            f"the keystore {path} says that it is of {checksummed(keystore.address)}, and holds "
            f"the key of {payer.address}",
            hint="it was changed after it was written: take the original",
        )
    return payer


def parse(text: bytes) -> Keystore:
    """What the file says. Raises `ValueError` that names what is wrong with it."""
    if len(text) > MAX_FILE_BYTES:
        raise ValueError(f"it has more than {MAX_FILE_BYTES} bytes")
    found = _object(_json(text), "it")
    if found.get("version") != 3:
        raise ValueError(f"version is {found.get('version')!r:.40}")
    # Some wallets write the name with a capital.
    crypto = _object(found.get("crypto", found.get("Crypto")), "crypto")
    if crypto.get("cipher") != "aes-128-ctr":
        raise ValueError(f"cipher is {crypto.get('cipher')!r:.40}, not aes-128-ctr")
    parameters = _object(crypto.get("cipherparams"), "cipherparams")
    address = found.get("address")
    return Keystore(
        kdf=_kdf(crypto.get("kdf"), _object(crypto.get("kdfparams"), "kdfparams")),
        iv=_hex(parameters, "iv", _WORD),
        ciphertext=_hex(crypto, "ciphertext", LENGTH),
        mac=_hex(crypto, "mac", 32),
        address=None if address in (None, "") else _hex(found, "address", 20),
    )


def _json(text: bytes) -> Any:
    try:
        return strict_json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def _kdf(name: object, found: dict[str, Any]) -> Scrypt | PBKDF2HMAC:
    salt = _hex(found, "salt", None)
    _number(found, "dklen", _DERIVED, _DERIVED)
    if name == "pbkdf2":
        if found.get("prf") != "hmac-sha256":
            raise ValueError(f"prf is {found.get('prf')!r:.40}, not hmac-sha256")
        return PBKDF2HMAC(SHA256(), _DERIVED, salt, _number(found, "c", 1, MAX_ROUNDS))
    if name != "scrypt":
        raise ValueError(f"kdf is {name!r:.40}, not scrypt or pbkdf2")
    n = _number(found, "n", 2, MAX_SCRYPT_WORK)
    r, p = (_number(found, part, 1, MAX_SCRYPT_WORK) for part in "rp")
    if n & (n - 1):
        raise ValueError(f"n is {n}, not a power of two")
    if n >> min(16 * r, 64):
        # OpenSSL takes no others either.
        raise ValueError(f"n is {n}, not below 2^{16 * r} as RFC 7914 has it for r {r}")
    if 128 * n * r > MAX_SCRYPT_BYTES or n * r * p > MAX_SCRYPT_WORK:
        raise ValueError(f"scrypt with n {n}, r {r}, p {p} takes too much memory or time")
    return Scrypt(salt, _DERIVED, n, r, p)


def _decrypt(
    keystore: Keystore, password: SecretBuffer, length: int, path: Path, password_file: Path
) -> SecretKey:
    """Raises `PayerInvalid` for another password."""
    derived, secret = SecretBuffer(_DERIVED), SecretBuffer(LENGTH)
    try:
        with password.view(0, _line_end(password, length)) as line, derived.view() as into:
            keystore.kdf.derive_into(line, into)
        with derived.view(_WORD, 2 * _WORD) as half:
            mac = keccak(bytes(half) + keystore.ciphertext)
        if not hmac.compare_digest(mac, keystore.mac):
            raise PayerInvalid(
                f"the password in {password_file} does not open the keystore {path}",
                hint="the password is the first line of that file, without the newline",
            )
        with derived.view(0, _WORD) as half, secret.view() as into:
            cipher = Cipher(AES128(half), modes.CTR(keystore.iv)).decryptor()
            cipher.update_into(keystore.ciphertext, into)
            cipher.finalize()
            del cipher
        return SecretKey(secret)
    except PayerInvalid:
        secret.destroy()
        raise
    except MemoryError:
        secret.destroy()
        raise PayerInvalid(
            f"there is too little memory to open the keystore {path}",
            hint="scrypt takes 256 MiB with geth's parameters; geth account new --lightkdf takes 4",
        ) from None
    except ValueError:
        secret.destroy()
        raise PayerInvalid(f"what the keystore {path} holds is no secp256k1 key") from None
    finally:
        derived.destroy()


def _line_end(text: SecretBuffer, length: int) -> int:
    """Where the first line of a text ends, without its newline."""
    end = next((at for at in range(length) if text.data[at] == ord("\n")), length)
    return end - 1 if end and end < length and text.data[end - 1] == ord("\r") else end


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a JSON object")
    return value


def _number(found: dict[str, Any], name: str, low: int, high: int) -> int:
    value = found.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r:.40}, not a number from {low} to {high}")
    return value


def _hex(found: dict[str, Any], name: str, length: int | None) -> bytes:
    """Hexadecimal digits, with or without 0x. What is wrong with them is not shown."""
    value = found.get(name)
    try:
        decoded = bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else None
    except ValueError:
        decoded = None
    if decoded is None or (length is not None and len(decoded) != length):
        raise ValueError(f"{name} is not {length or 'some'} bytes in hexadecimal")
    return decoded
