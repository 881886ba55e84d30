"""Files with several chains, of any shape: a configuration that holds together, or a list of what
is wrong."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attestor import config
from attestor.errors import ConfigurationInvalid

NAMES = st.sampled_from(["a", "b", "a-payer", "jobs", "A", "", "a b", "é"])
VALUES: Any = st.one_of(
    st.none(), st.integers(-1, 3), st.sampled_from(["", "x", "http://n.example", "0x" + "11" * 20])
)
KEYS = st.sampled_from(["rpc_url", "id", "registry", "registry_block", "check_headers", "colour"])
TABLES = st.sampled_from(["payer", "rotation", "store", "api", "chain", "quote", "nothing"])
INSIDE = st.dictionaries(
    st.sampled_from(["key_file", "path", "port", "period_seconds", "id", "collateral"]), VALUES
)
WHOLE = {"rpc_url": "http://n.example", "registry": "0x" + "22" * 20, "payer": {"key_file": "/k"}}


@st.composite
def chain(draw: st.DrawFn) -> dict[str, Any]:
    """A chain's table, often a whole one."""
    found: dict[str, Any] = dict(WHOLE) if draw(st.booleans()) else {}
    found |= {"id": draw(st.integers(1, 2))} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        found |= draw(st.dictionaries(KEYS, VALUES, max_size=2))
        found |= draw(st.dictionaries(TABLES, INSIDE, max_size=2))
    return found


def toml(table: dict[str, Any], name: str) -> str:
    """The table with those inside of it. TOML has no null: what is None is left out."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{name}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in plain.items() if value is not None]
    for key, value in table.items():
        if isinstance(value, dict):
            lines.append(toml(value, f"{name}.{key}"))
    return "\n".join(lines)


@settings(deadline=None)
@given(st.dictionaries(NAMES, chain(), min_size=1, max_size=3))
def test_load_chains__any_file__holds_together_or_names_what_is_wrong(
    chains: dict[str, dict[str, Any]],
) -> None:
    text = "\n".join(toml(table, f"chains.{json.dumps(name)}") for name, table in chains.items())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "attestor.toml"
        file.write_text(text)
        try:
            loaded = config.load_chains(file, {}, {})
        except ConfigurationInvalid as error:
            problems = int(error.message.split()[1])
            assert problems >= 1
            return
    assert loaded.names == tuple(chains)
    paths = [chain.config.store_path.resolve() for chain in loaded.each]
    assert len(set(paths)) == len(paths)
    places = [(chain.config.chain_id, chain.config.chain_registry) for chain in loaded.each]
    assert len(set(places)) == len(places)
    for one in loaded.each:
        assert loaded.named(one.name) is one
        for known in ("api_port", "executor_directory", "proofs_workers", "quote_provider"):
            assert getattr(one.config, known) == getattr(loaded.shared, known)
