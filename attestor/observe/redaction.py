"""Takes out of text what may be secret, wherever it came from.

A last line of defence: no code logs a secret on purpose, but messages of libraries and of other
services hold URLs, headers and keys.
"""

import re
from collections.abc import Iterable

CUT = "…"
_URL = re.compile(
    r"([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)(?:[^\s/@'\"]*@)?([^\s/'\"?#@]*)([/?#][^\s'\")\]>]*)?"
)
_REQUEST_PATH = re.compile(r"(url: )\S+")
_API_KEY = re.compile(r"(atk_[0-9a-f]{16})_[0-9a-fA-F]+")
_CREDENTIALS = re.compile(r"(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_ASSIGNED = re.compile(
    r"(?i)((?:api[_-]?key|x-api-key|authorization|password|passphrase|secret|private[_-]?key|"
    r"access[_-]?token|mnemonic)[\"']?\s*[=:]\s*[\"']?)(?!is\b|are\b)[^\s\"',;)]+"
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$)", re.DOTALL)
_LONG_HEX = re.compile(r"(0x)?[0-9a-fA-F]{64,}")


def safe(text: str, public: Iterable[str] = ()) -> str:
    """`text` without paths and credentials of URLs, keys, tokens, passwords, and 32 bytes or more
    in hexadecimal; but with those that are `public`, such as the hash of a transaction."""
    text = _PEM.sub(CUT, text)
    text = _API_KEY.sub(rf"\1_{CUT}", text)
    text = _URL.sub(lambda found: found[1] + found[2] + (f"/{CUT}" if found[3] else ""), text)
    text = _REQUEST_PATH.sub(rf"\1{CUT}", text)
    text = _CREDENTIALS.sub(rf"\1 {CUT}", text)
    text = _ASSIGNED.sub(rf"\1{CUT}", text)
    kept = {one.lower().removeprefix("0x") for one in public}
    return _LONG_HEX.sub(
        lambda found: found[0] if found[0].lower().removeprefix("0x") in kept else CUT, text
    )
