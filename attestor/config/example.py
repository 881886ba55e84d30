"""A configuration file to begin with: every option with what it means, its default as a comment.
What has no default, and has to be said, is there to be changed."""

import json
import textwrap
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from attestor.config import names
from attestor.config.options import Config
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS

WIDTH = 100
HEAD = """\
# The configuration of attestor run. Check it with attestor doctor --config FILE.
#
# Change what stands without a # to what you have. The other options are as they are by default; an
# option without a value after its = has none. Secrets are never in here: they are files, which this
# names. Each option is an environment variable as well, which wins: chain.rpc_url is
# ATTESTOR_CHAIN_RPC_URL.
"""


def example(chain_id: int, folder: Path) -> str:
    """The text of the file for this chain, which names other files in `folder`: what
    `attestor deploy` writes there, and the payer's key."""
    said: dict[str, object] = {
        "chain_rpc_url": "https://rpc.example",
        "chain_id": chain_id,
        "chain_deployment": folder / "deployment.json",
        "payer_key_file": folder / "payer.key",
    }
    if chain_id in DEVELOPMENT_CHAIN_IDS:
        said |= {"chain_rpc_url": "http://127.0.0.1:8545", "quote_provider": "simulated"}
    else:
        said |= {"quote_collateral": "https://pccs.example"}
    lines, tables = [HEAD], _tables()
    for table, options in tables.items():
        lines += ["", f"[{table}]"]
        for known in options:
            lines += [*_about(known), _setting(known, said), ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _tables() -> dict[str, list["Field[Any]"]]:
    """The options of each table, as the file has them. Those that `Config` inherits come last in
    their table."""
    own = {name: at for at, name in enumerate(Config.__annotations__)}
    found: dict[str, list[Field[Any]]] = {}
    for known in sorted(fields(Config), key=lambda known: own.get(known.name, len(own))):
        found.setdefault(names.key(known).partition(".")[0], []).append(known)
    return found


def _about(known: "Field[Any]") -> list[str]:
    choices = known.metadata["choices"]
    told = known.metadata["about"] + (f": {', '.join(choices)}" if choices else "")
    return [f"# {line}" for line in textwrap.wrap(told, WIDTH - 2)]


def _setting(known: "Field[Any]", said: dict[str, object]) -> str:
    name = names.key(known).partition(".")[2]
    if known.name in said:
        return f"{name} = {in_toml(said[known.name])}"
    return f"# {name} = {in_toml(known.default)}".rstrip()


def in_toml(value: object) -> str:
    """A value in TOML, nothing for one that is empty. JSON's form is TOML's, but for one character
    that TOML wants to be escaped, and for those beyond 16 bits, which it has escaped otherwise."""
    if value is MISSING or value in (None, "", b""):
        return ""
    if isinstance(value, tuple):
        return json.dumps(list(value))
    plain = value if isinstance(value, bool | int | float) else str(value)
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
