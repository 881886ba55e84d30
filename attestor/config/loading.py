"""The configuration from flags, environment and TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from attestor.config import names
from attestor.config.option import MAX_NUMBER
from attestor.config.options import Config
from attestor.config.payers import payer_source
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid

SCHEMES = {"url": ("http://", "https://"), "websocket": ("ws://", "wss://")}
"""What URLs of a kind begin with."""


def load(
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str | None],
    needs_payer: bool = True,
) -> Config:
    """The configuration from flags (by field name), environment and TOML file. Where nothing is to
    be sent, no payer is needed.

    Raises `ConfigurationInvalid` that lists every problem.
    """
    faults: list[str] = []
    environment = names.current_environment(environment, faults)
    from_file = _read_file(file, faults) if file is not None else {}
    values: dict[str, Any] = {}
    given_names: set[str] = set()
    for known in fields(Config):
        variable = names.variable(known)
        if flags.get(known.name) is not None:
            given, origin = flags[known.name], names.flag(known)
        elif variable in environment:
            given, origin = environment[variable], variable
        elif known.name in from_file:
            given, origin = from_file[known.name], names.key(known)
        else:
            if known.default is MISSING:
                others = f"{names.flag(known)}, or {variable}"
                faults.append(f"{names.key(known)} is missing (or {others})")
            continue
        given_names |= {known.name} if given not in ("", [], ()) else set()
        try:
            values[known.name] = _convert(known, given)
        except (ValueError, TypeError, OverflowError) as error:
            faults.append(f"{origin}: {error}")
    if not given_names & {"chain_registry", "chain_deployment"}:
        faults.append("chain.registry is missing (or chain.deployment)")
    faults += _endpoint_faults(given_names)
    if needs_payer:
        faults += _payer_faults(values)
    if faults:
        where = f" in {file}" if file else ""
        raise ConfigurationInvalid(
            f"configuration: {len(faults)} problem(s){where}: " + "; ".join(faults),
            hint="attestor run --help lists every option",
        )
    return Config(**values)


def _endpoint_faults(given_names: set[str]) -> list[str]:
    """One endpoint or several, and not both: which of them would be meant?"""
    given = given_names & {"chain_rpc_url", "chain_rpc_urls"}
    if not given:
        return [
            "chain.rpc_url is missing (or --chain-rpc-url, or ATTESTOR_CHAIN_RPC_URL), or "
            "chain.rpc_urls with several"
        ]
    return ["chain.rpc_url and chain.rpc_urls are both given"] if len(given) == 2 else []


def _payer_faults(values: Mapping[str, Any]) -> list[str]:
    """One account pays. Whether another one is needed for uploads is known later."""
    return payer_source(values, "payer_").faults(lambda name: f"payer.{name}")


def _read_file(file: Path, faults: list[str]) -> dict[str, Any]:
    """The options in a TOML file by field name; unknown keys are faults."""
    try:
        tables = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"cannot read {file}: {error}")
        return {}
    known = {known.name for known in fields(Config)}
    found: dict[str, Any] = {}
    places: dict[str, str] = {}
    for table, content in tables.items():
        if not isinstance(content, dict):
            faults.append(f"{table} is not inside a table")
            continue
        prefix = names.RENAMED_TABLES.get(table, table)
        for name, value in content.items():
            option = f"{prefix}_{name}"
            if option in found:
                faults.append(f"{table}.{name} is also given as {places[option]}")
            elif option in known:
                found[option], places[option] = value, f"{table}.{name}"
            else:
                faults.append(f"{table}.{name} is not an option")
    return found


def _convert(known: "Field[Any]", given: Any) -> Any:
    """An option's value from text (flags, environment) or from TOML's types."""
    kind, low, high = (known.metadata[name] for name in ("kind", "low", "high"))
    if kind == "bool":
        return _boolean(given)
    if kind in ("int", "float"):
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError(f"{given!r} is not a number")
        number = int(given) if kind == "int" else float(given)
        if isinstance(given, float) and number != given:
            raise ValueError(f"{given!r} is not a whole number")
        if not low <= number <= high:
            upper = f" and at most {high}" if high < MAX_NUMBER else ""
            raise ValueError(f"{given} is out of range, at least {low}{upper}")
        return number
    if kind == "list":
        parts = given.split(",") if isinstance(given, str) else given
        return tuple(_chosen(known, part) for part in parts if part or known.metadata["choices"])
    if kind in ("urls", "websockets"):
        return _urls(known, given, "url" if kind == "urls" else "websocket")
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is not text")
    return _text(known, kind, given)


def _text(known: "Field[Any]", kind: str, given: str) -> Any:
    if kind == "choice":
        return _chosen(known, given)
    if kind == "path":
        # No text is no file; a path of no text would be this folder.
        return Path(given).expanduser() if given or known.default is MISSING else known.default
    if kind == "address":
        address = from_hex(given)
        if len(address) != 20:
            raise ValueError(f"{given!r:.80} is not an address of 20 bytes")
        return address
    schemes = SCHEMES.get(kind)
    if schemes is not None and given and not given.startswith(schemes):
        # Not repeated: user, password and path of a URL may be secret.
        raise ValueError(f"the value is not an {' or '.join(schemes)} URL")
    return given


def _urls(known: "Field[Any]", given: Any, kind: str) -> tuple[str, ...]:
    """Several URLs, in text with commas between them. None is repeated in an error."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("the value is not a list of URLs")
    urls = tuple(_text(known, kind, part.strip()) for part in parts)
    if not all(urls):
        raise ValueError("one of the URLs is empty")
    if len(set(urls)) < len(urls):
        raise ValueError("a URL is listed twice: it would be heard twice in every vote")
    return urls


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    named = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(given, str) or given.lower() not in named:
        raise ValueError(f"{given!r} is not true or false")
    return named[given.lower()]


def _chosen(known: "Field[Any]", given: Any) -> str:
    choices = known.metadata["choices"]
    if choices and given not in choices:
        raise ValueError(f"{given!r:.80} is not one of {', '.join(choices)}")
    return str(given)
