"""Several chains in one file: what each has of its own, and what it inherits."""

from pathlib import Path

import pytest

from attestor import config
from attestor.config import Chains
from attestor.config.chains import beside
from attestor.errors import ChainNotNamed, ConfigurationInvalid
from attestor.store.moving import jobs_path

SHARED = """
[payer]
key_file = "/keys/shared"
[rotation]
period_seconds = 1000
confirmations = 3
[chain]
poll_seconds = 2.5
[api]
port = 4000
"""
FIRST = f"""
[chains.first]
rpc_url = "http://first.example"
id = 1
registry = "0x{"11" * 20}"
"""
SECOND = f"""
[chains.second]
rpc_urls = ["http://a.example", "http://b.example"]
id = 2
registry = "0x{"22" * 20}"
[chains.second.payer]
environment_file = "/keys/second"
[chains.second.rotation]
confirmations = 9
"""


def load(folder: Path, text: str, environment: dict[str, str] | None = None) -> Chains:
    path = folder / "attestor.toml"
    path.write_text(text)
    return config.load_chains(path, environment or {}, {})


def faults(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(folder, text, environment)
    return caught.value.message


def test_load_chains__two_tables__each_has_its_own_and_inherits_the_rest(tmp_path: Path) -> None:
    chains = load(tmp_path, SHARED + FIRST + SECOND)
    first, second = (chain.config for chain in chains.each)
    assert chains.names == ("first", "second")
    assert (first.chain_id, second.chain_id) == (1, 2)
    assert (first.rpc_urls, second.rpc_urls) == (
        ("http://first.example",),
        ("http://a.example", "http://b.example"),
    )
    assert (first.rotation_confirmations, second.rotation_confirmations) == (3, 9)
    assert first.rotation_period_seconds == second.rotation_period_seconds == 1000
    assert first.chain_poll_seconds == second.chain_poll_seconds == 2.5
    assert first.api_port == second.api_port == 4000


def test_load_chains__another_payer__inherits_none_of_the_shared_one(tmp_path: Path) -> None:
    chains = load(tmp_path, SHARED + FIRST + SECOND)
    assert chains.named("first").config.payer.key_file == "/keys/shared"
    second = chains.named("second").config.payer
    assert (second.key_file, second.environment_file) == ("", "/keys/second")


def test_load_chains__one_endpoint_for_all__gives_way_to_a_chain_s_several(tmp_path: Path) -> None:
    shared = SHARED.replace("[chain]", '[chain]\nrpc_url = "http://all.example"')
    chains = load(tmp_path, shared + FIRST + SECOND)
    assert chains.named("second").config.chain_rpc_url == ""


def test_load_chains__registry_of_a_chain__does_not_get_another_s_multiproof(
    tmp_path: Path,
) -> None:
    shared = SHARED.replace("[chain]", f'[chain]\nmultiproof = "0x{"77" * 20}"\nregistry_block = 5')
    first = load(tmp_path, shared + FIRST).named("first").config
    assert (first.chain_multiproof, first.chain_registry_block) == (b"", 0)


def test_load_chains__no_path__each_has_a_database_beside_the_jobs(tmp_path: Path) -> None:
    chains = load(tmp_path, SHARED + f'[store]\npath = "{tmp_path}/a.sqlite"\n' + FIRST + SECOND)
    paths = [chain.config.store_path for chain in chains.each]
    assert paths == [tmp_path / "a-first.sqlite", tmp_path / "a-second.sqlite"]
    assert chains.store_path == tmp_path / "a.sqlite"
    assert beside(chains.store_path, "jobs") == jobs_path(chains.store_path)


def test_load_chains__path_of_a_chain__is_taken_as_it_is(tmp_path: Path) -> None:
    chains = load(tmp_path, SHARED + FIRST + '[chains.first.store]\npath = "/a/b.sqlite"\n')
    assert chains.named(None).config.store_path == Path("/a/b.sqlite")


def test_load_chains__one_chain_without_a_name__is_as_it_was(tmp_path: Path) -> None:
    text = SHARED.replace("[chain]", FIRST.replace("[chains.first]", "[chain]"))
    chains = load(tmp_path, text)
    assert chains.names == ("",)
    assert chains.named(None).config.store_path == chains.store_path == Path("attestor.sqlite")
    assert chains.each[0].told == ""


def test_load_chains__variable_of_a_chain__wins_over_its_table(tmp_path: Path) -> None:
    given = {
        "ATTESTOR_CHAINS_FIRST_RPC_URL": "http://secret.example",
        "ATTESTOR_CHAINS_SECOND_PAYER_KEY_FILE": "/keys/other",
        "ATTESTOR_ROTATION_CONFIRMATIONS": "5",
    }
    second = SECOND.replace("environment_file", "key_file")
    chains = load(tmp_path, SHARED + FIRST + second, given)
    assert chains.named("first").config.rpc_urls == ("http://secret.example",)
    assert chains.named("second").config.payer.key_file == "/keys/other"
    confirmations = [chain.config.rotation_confirmations for chain in chains.each]
    assert confirmations == [5, 9]  # What is said for one chain wins over what is for all.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FIRST + "[chains.first.api]\nport = 1\n", "chains.first.api.port is the same for all"),
        (FIRST + "[chains.first.quote]\nprovider = 'simulated'\n", "set quote.provider"),
        (FIRST + "colour = 1\n", "chains.first.colour is not an option"),
        (FIRST + "[chains.first.chain]\nid = 3\n", "is also given as chains.first.id"),
        ("[chains]\nfirst = 1\n", "chains.first is not a table"),
        ("chains = 1\n[log]\nlevel = 'INFO'\n", "chains is not a table"),
        ("[chains.First]\nid = 1\n", "'First' is no name of a chain"),
        ("[chains.'a/b']\nid = 1\n", "'a/b' is no name of a chain"),
        (FIRST.replace("id = 1\n", ""), "chains.first.id is missing"),
        (FIRST.replace("id = 1", "id = 0"), "chains.first.id: 0 is out of range"),
        (FIRST.replace("rpc_url", "#"), "chains.first.rpc_url is missing"),
        (FIRST.replace("registry", "#"), "chains.first.registry is missing"),
        (FIRST + "rpc_urls = ['http://x.example']\n", "chains.first.rpc_urls are both given"),
        (
            FIRST + SECOND.replace("id = 2", "id = 1").replace("22" * 20, "11" * 20),
            "chains.second.registry is also the registry of chains.first",
        ),
        (
            FIRST + SECOND + "[chains.second.store]\npath = './attestor-first.sqlite'\n",
            "is also that of chains.first",
        ),
        (
            FIRST + SECOND.replace("chains.second", "chains.jobs"),
            "is also that of the jobs of all chains",
        ),
    ],
)
def test_load_chains__fault__is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    # What is before a table belongs to no table.
    before, shared = (text, SHARED) if text.startswith("chains =") else ("", SHARED + text)
    assert told in faults(tmp_path, before + shared)


def test_load_chains__two_names_with_one_variable__are_refused(tmp_path: Path) -> None:
    text = FIRST.replace("first", "a") + SECOND.replace("second", "a-collateral")
    assert "ATTESTOR_CHAINS_A_COLLATERAL_PAYER_KEY_FILE" in faults(tmp_path, SHARED + text)


def test_load_chains__same_registry_on_two_chains__is_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path, SHARED + FIRST + SECOND.replace("22" * 20, "11" * 20))


@pytest.mark.parametrize("name", ["third", None, "", "first "])
def test_named__no_such_chain__lists_the_names(tmp_path: Path, name: str | None) -> None:
    chains = load(tmp_path, SHARED + FIRST + SECOND)
    with pytest.raises(ChainNotNamed, match="first, second"):
        chains.named(name)


def test_named__name_where_there_are_none__says_so(tmp_path: Path) -> None:
    text = SHARED.replace("[chain]", FIRST.replace("[chains.first]", "[chain]"))
    with pytest.raises(ChainNotNamed, match="leave --chain out"):
        load(tmp_path, text).named("first")
