"""Takes out of text what may be secret, wherever it came from.

A last line of defence: no code logs a secret on purpose, but messages of libraries and of other
services hold URLs, headers and keys, as they are, quoted, escaped or as Python writes values.
"""

import re
from collections.abc import Iterable

CUT = "…"
SECRET_BYTES = 32
_URL = re.compile(
    r"([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)(?:[^\s/'\"?#]*@)?([^\s/'\"?#@]*)"
    r"([@/?#](?:[^\s'\")\]>]|['\")\]>](?=[\w%~-]))*)?"
)
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.%]*\]|[^\[\]:]*)(?::[0-9]*)?[),.;:\]>]*")
_ESCAPED_URL = re.compile(
    r"(?i)([a-z][a-z0-9+.-]{0,20}(?:%3a(?:%2f){2}|:(?:\\+/){2}|:(?:\\u002f){2}))[^\s'\"<>]*"
)
_REQUEST_PATH = re.compile(r"(url: |\b[A-Z]{3,7} (?=\S* HTTP/[0-9]))\S+")
_API_KEY = re.compile(r"(?i)(atk_[0-9a-f]{16})_[0-9a-f]+")
_CREDENTIALS = re.compile(r"(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_IS = r"\\*[\"']?\s*(?:[=:]|,(?=\s*b?\\*[\"']))\s*"
_QUOTED = r"b?\\*\"[^\"]*|b?\\*'[^']*"
_HEADER = re.compile(
    rf"(?i)((?:proxy-)?authorization{_IS})(?:{_QUOTED}|(?:[a-z][\w-]*[ \t]+)?[^\s\"']+)"
)
_ASSIGNED = re.compile(
    r"(?i)((?:api[_-]?key|password|passphrase|secret|private[_-]?key|token|mnemonic|seed phrase|"
    rf"cookie){_IS})(?!is\b|are\b)(?:{_QUOTED}|[^\s\"'&;)\]}}]+)"
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$)", re.DOTALL)
_LONG_HEX = re.compile(r"(0x)?[0-9a-fA-F]{64,}")
_SPACED_HEX = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{2,32}(?:[:_ -][0-9a-fA-F]{2,32}){3,}(?![0-9A-Za-z])"
)
_BYTES = re.compile(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"")
_NUMBERS = re.compile(rf"[0-9]{{1,3}}(?:, ?[0-9]{{1,3}}){{{SECRET_BYTES - 1},}}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{42,}={1,2}")


def safe(text: str, public: Iterable[str] = ()) -> str:
    """`text` without credentials, and without 32 bytes or more in hexadecimal, base64, or as Python
    writes them; but with those that are `public`, such as the hash of a transaction."""
    text = without_credentials(text)
    text = _BYTES.sub(_bytes, text)
    text = _NUMBERS.sub(CUT, text)
    text = _SPACED_HEX.sub(_spaced_hex, text)
    kept = {one.lower().removeprefix("0x") for one in public}
    text = _LONG_HEX.sub(
        lambda found: found[0] if found[0].lower().removeprefix("0x") in kept else CUT, text
    )
    return _BASE64.sub(CUT, text)


def without_credentials(text: str) -> str:
    """`text` without paths and credentials of URLs, API keys, tokens, passwords and PEM keys."""
    text = _PEM.sub(CUT, text)
    text = _API_KEY.sub(rf"\1_{CUT}", text)
    text = _URL.sub(_url, text)
    text = _ESCAPED_URL.sub(rf"\1{CUT}", text)
    text = _REQUEST_PATH.sub(rf"\1{CUT}", text)
    text = _CREDENTIALS.sub(rf"\1 {CUT}", text)
    text = _TOKEN.sub(CUT, text)
    text = _HEADER.sub(rf"\1{CUT}", text)
    return _ASSIGNED.sub(rf"\1{CUT}", text)


def _url(found: re.Match[str]) -> str:
    """Its host, where that can be told from a user and a password."""
    scheme, host, rest = found.groups()
    if not _HOST.fullmatch(host) or (rest or "").startswith("@"):
        return f"{scheme}{CUT}"
    return f"{scheme}{host}" + (f"/{CUT}" if rest else "")


def _bytes(found: re.Match[str]) -> str:
    """Of text as bytes nothing is secret that is not also as text."""
    escaped = found[0].count("\\x")
    return CUT if escaped >= 4 and len(found[0]) - 3 * (1 + escaped) >= SECRET_BYTES else found[0]


def _spaced_hex(found: re.Match[str]) -> str:
    digits = sum(char in "0123456789abcdefABCDEF" for char in found[0])
    return CUT if digits >= 2 * SECRET_BYTES else found[0]
