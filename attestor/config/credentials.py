"""Options out of the folder of credentials of a systemd unit (`LoadCredential=`), or one like it.

A file there that is named as an option, `payer.key_file` or `chains.base.payer.key_file`, sets it:
an option that names a file is set to that file, and a URL, which may hold a key, is what is in it.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.config import names, nearest
from attestor.config.given import Given, Options
from attestor.config.options import Config

VARIABLE = "CREDENTIALS_DIRECTORY"
MAX_BYTES = 64 << 10
_URLS = ("url", "urls", "websockets")


@dataclass
class Credentials:
    """Options of all chains, and those of each one by its name."""

    shared: Options = field(default_factory=dict)
    chains: dict[str, Options] = field(default_factory=dict)


def read(environment: Mapping[str, str], faults: list[str]) -> Credentials:
    """What the folder has that the environment names; names that are near to one of ours are
    faults, and others another program's."""
    found = Credentials()
    directory = environment.get(VARIABLE, "")
    try:
        files = sorted(Path(directory).iterdir()) if directory else []
    except OSError as error:
        faults.append(f"{VARIABLE}: cannot read {directory}: {error.strerror}")
        return found
    settable = {names.key(known): known for known in fields(Config) if _takes(known)}
    for file in files:
        chain, key = _split(file.name)
        known = settable.get(key) or (settable.get(f"chain.{key}") if chain else None)
        if known is None:
            advice = nearest.advice_for_key(key) if "." in key else ""
            if "mean" in advice:
                faults.append(f"credential {file.name} is not an option; {advice}")
            continue
        value = _value(file, known, faults)
        if value is not None:
            of = found.chains.setdefault(chain, {}) if chain else found.shared
            of[known.name] = Given(value, f"credential {file.name}")
    return found


def _takes(known: "Field[Any]") -> bool:
    kind, name = known.metadata["kind"], known.name
    return (
        kind in _URLS
        or name in ("quote_collateral", "collateral_pcs_url")
        or (kind == "path" and name.endswith("_file"))
    )


def _split(name: str) -> tuple[str, str]:
    """The chain of a name, and the option's key."""
    parts = name.split(".")
    if parts[0] == "chains" and len(parts) > 2:
        return parts[1], ".".join(parts[2:])
    return "", name


def _value(file: Path, known: "Field[Any]", faults: list[str]) -> str | None:
    if known.metadata["kind"] == "path":
        return str(file)
    try:
        text = regular_file.read(file, MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        faults.append(f"credential {file.name} cannot be read as text")
        return None
    return ",".join(line.strip() for line in text.splitlines() if line.strip())
