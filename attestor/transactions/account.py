"""The funded account that sends transactions. Its key never signs a proof."""

import os
import re
import stat
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from attestor.core.text import from_hex
from attestor.errors import PayerInvalid

_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")


def load_account(path: Path, option: str = "payer.key_file") -> LocalAccount:
    """The payer whose key is in a file: 0x text of 32 bytes, readable by its owner alone.

    `option` is what an operator sets the file with. Raises `PayerInvalid`.
    """
    if _KEY.fullmatch(str(path)) and not path.exists():
        # Not repeated, nor looked for: what is shown of it would be the key.
        raise PayerInvalid(
            f"{option} is a private key, not the name of a file that holds one",
            hint="write the key to a file of mode 600, and name that; consider this key seen",
        )
    try:
        mode = os.stat(path).st_mode
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise PayerInvalid(
            f"cannot read the payer's key file {path}: {reason}", hint=f"set {option}"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PayerInvalid(
            f"the payer's key file {path} is open to others (mode {stat.S_IMODE(mode):03o})",
            hint=f"chmod 600 {path}",
        )
    return parse_account(text)


def parse_account(text: str) -> LocalAccount:
    """The payer of a key given as 0x text."""
    try:
        key = from_hex(text if text.startswith("0x") else "0x" + text)
        if len(key) != 32:
            raise ValueError
        account: LocalAccount = Account.from_key(key)
    except Exception:
        # Nothing of the foreign error is kept: its text may hold the key.
        raise PayerInvalid(
            "the payer's key is not a secp256k1 key of 32 bytes in hexadecimal",
            hint="write it as 0x and 64 digits",
        ) from None
    return account
