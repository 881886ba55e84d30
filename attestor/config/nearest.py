"""What to write in place of a name that is no option."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches

from attestor.config import names
from attestor.config.options import Config

SIMILAR, SIMILAR_PREFIX = 0.7, 0.8
_SECRET = re.compile(r"key|password|passphrase|secret|mnemonic|token|seed", re.IGNORECASE)
_OF_KUBERNETES = re.compile(r"ATTESTOR_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")
"""What Kubernetes sets in every pod beside a service that is called attestor."""
ABOUT_SECRETS = "secrets are never options: write it to a file of mode 600, and name that"
_KEYS = {names.key(known) for known in fields(Config)}


def advice_for_key(key: str) -> str:
    """About a key of a file, `api.prot`, that is no option; nothing where nothing is near."""
    table, _, name = key.partition(".")
    if name in {"key", "private_key", "password", "mnemonic", "secret", "passphrase"}:
        return _secret_advice(table)
    elsewhere = sorted(known for known in _KEYS if known.partition(".")[2] == name and name)
    if elsewhere and len(elsewhere) <= 3:
        return f"the option is {' or '.join(elsewhere)}"
    tables = {known.partition(".")[0] for known in _KEYS}
    if table not in tables:
        return (
            _nearest(table, tables) or f"there is no table [{table}]: {', '.join(sorted(tables))}"
        )
    return _nearest(key, _KEYS)


def advice_for_table(name: str) -> str:
    """About something that stands in no table, or a table that nobody knows."""
    tables = {key.partition(".")[0] for key in _KEYS}
    found = sorted(known for known in _KEYS if known.partition(".")[2] == name)
    if found and len(found) <= 3:
        return "write it below " + " or ".join(f"[{known.partition('.')[0]}]" for known in found)
    return _nearest(name, tables) or f"tables are {', '.join(sorted(tables))}"


def unknown_variables(
    environment: Mapping[str, str], known: Iterable[str], faults: list[str]
) -> None:
    """Each variable that begins as ours and is none, with the nearest that is one."""
    valid = {*known, *names.OTHER_VARIABLES}
    for name in sorted(environment):
        if name in valid or _OF_KUBERNETES.fullmatch(name):
            continue
        meant = _with_our_prefix(name)
        if meant in valid:
            faults.append(f"{name} is not an option; did you mean {meant}?")
        if meant in valid or not name.upper().startswith(names.ENVIRONMENT_PREFIX):
            continue
        advice = _nearest(name, valid)
        if _SECRET.search(name) and not name.endswith("_FILE"):
            table = "collateral" if "COLLATERAL" in name else "payer"
            advice = _secret_advice(table)
        faults.append(f"{name} is not an option{_after(advice)}")


def _with_our_prefix(name: str) -> str:
    """A variable's name as it may have been meant: in capitals, and begun as ours are."""
    first, _, rest = name.upper().replace("-", "_").partition("_")
    ours = names.ENVIRONMENT_PREFIX.removesuffix("_")
    return f"{ours}_{rest}" if get_close_matches(first, [ours], 1, SIMILAR_PREFIX) else name


def told(what: str, advice: str) -> str:
    """A fault with what to do about it."""
    return f"{what}{_after(advice)}"


def _after(advice: str) -> str:
    return f"; {advice}" if advice else "; attestor run --help lists all"


def _nearest(name: str, valid: Iterable[str]) -> str:
    found = get_close_matches(name, list(valid), 1, SIMILAR)
    return f"did you mean {found[0]}?" if found else ""


def _secret_advice(table: str) -> str:
    option = "collateral.payer_key_file" if table == "collateral" else "payer.key_file"
    return f"{ABOUT_SECRETS} with {option}"
