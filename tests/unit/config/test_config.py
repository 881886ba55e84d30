"""Options from flags, environment, file and defaults."""

import threading
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from attestor import config
from attestor.config import Config
from attestor.core.payer_source import PayerSource
from attestor.errors import ConfigurationInvalid

REQUIRED = {
    "chain_rpc_url": "http://node.example",
    "chain_id": "31337",
    "chain_registry": "0x" + "11" * 20,
    "payer_key_file": "/keys/payer",
}


def load(flags: dict[str, Any] | None = None, **environment: str) -> Config:
    return config.load(None, environment, {**REQUIRED, **(flags or {})})


def write(folder: Path, text: str) -> Path:
    path = folder / "attestor.toml"
    path.write_text(text)
    return path


def test_load__required_only__has_the_documented_defaults() -> None:
    loaded = load()
    assert loaded.chain_registry == b"\x11" * 20
    assert loaded.chain_id == 31337
    assert (loaded.api_host, loaded.api_port) == ("127.0.0.1", 3000)
    assert loaded.rotation_period_seconds == 1800
    assert loaded.quote_allowed_tcb_statuses == ("UpToDate",)
    assert loaded.quote_provider == "configfs"


def test_load__nothing__names_every_missing_option_at_once() -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        config.load(None, {}, {})
    for key, flag, variable in (
        ("chain.rpc_url", "--chain-rpc-url", "ATTESTOR_CHAIN_RPC_URL"),
        ("chain.id", "--chain-id", "ATTESTOR_CHAIN_ID"),
    ):
        assert f"{key} is missing (or {flag}, or {variable})" in str(caught.value)
    assert "chain.registry is missing (or chain.deployment)" in str(caught.value)
    assert "payer.key_file is missing (or payer.keystore_file, " in str(caught.value)
    assert "4 problem(s)" in str(caught.value)


def test_load__flag_environment_and_file__win_in_that_order(tmp_path: Path) -> None:
    file = write(tmp_path, "[api]\nport = 1\nhost = 'file'\n[log]\nlevel = 'DEBUG'\n")
    environment = {"ATTESTOR_API_PORT": "2", "ATTESTOR_API_HOST": "environment"}
    loaded = config.load(file, environment, {**REQUIRED, "api_port": "3"})
    assert (loaded.api_port, loaded.api_host, loaded.log_level) == (3, "environment", "DEBUG")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("chain_id", "one", "--chain-id"),
        ("chain_id", "0", "out of range, at least 1"),
        ("chain_id", "1.5", "--chain-id"),
        ("chain_rpc_url", "node.example", "not an http:// or https:// URL"),
        ("chain_registry", "0x11", "not an address of 20 bytes"),
        ("chain_registry", "11" * 20, "does not start with 0x"),
        ("chain_check_headers", "maybe", "not true or false"),
        ("quote_provider", "magic", "not one of configfs, simulated"),
        ("quote_allowed_tcb_statuses", "UpToDate,Revoked", "'Revoked' is not one of"),
        ("api_max_body_bytes", "-1", "out of range"),
        ("rotation_confirmations", "0", "out of range, at least 1"),
        ("chain_poll_seconds", "nan", "out of range"),
        ("chain_poll_seconds", "inf", "out of range"),
        ("log_level", "TRACE", "not one of"),
        ("executor_engine", "sp1-jit", "not one of attestor, sp1-portable"),
        ("executor_cycles", "0", "out of range, at least 1"),
        ("cross_check_within_budget", "maybe", "not one of always, sample, never"),
        ("cross_check_sample_rate", "1.01", "out of range, at least 0 and at most 1"),
        ("cross_check_sample_rate", "-0.1", "out of range"),
        ("cross_check_sample_rate", "nan", "out of range"),
        ("cross_check_budget_cycles", "-1", "out of range"),
    ],
)
def test_load__malformed_value__is_refused_by_option(name: str, given: str, said: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        load({name: given})
    assert said in str(caught.value)
    assert "1 problem(s)" in str(caught.value)


@pytest.mark.parametrize("url", ["wss://me:secret@node.example/secret", "node.example/v3/secret"])
def test_load__wrong_url__is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="chain-rpc-url: .*is not an http://") as caught:
        load({"chain_rpc_url": url})
    assert "secret" not in str(caught.value)


def test_load__several_faults__are_one_message() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"2 problem\(s\).*chain-id.*api-port"):
        load({"chain_id": "x", "api_port": "y"})


def test_load__malformed_variable__is_named() -> None:
    with pytest.raises(ConfigurationInvalid, match="ATTESTOR_API_PORT: "):
        load(ATTESTOR_API_PORT="x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[api]\nprot = 1", "api.prot is not an option"),
        ("port = 1", "port is not inside a table"),
        ("[api\n", "cannot read"),
        ("[api]\nport = true", "True is not a number"),
        ("[api]\nport = 1.5", "not a whole number"),
        ("[api]\nhost = 5", "5 is not text"),
        ("[api]\nport = inf", "inf is out of range"),
        ("[chain]\npoll_seconds = 1" + "0" * 400, "is out of range"),
        ("[quote]\nallowed_tcb_statuses = [1]", "1 is not one of"),
    ],
)
def test_load__malformed_file__is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        config.load(write(tmp_path, text), {}, REQUIRED)
    assert said in str(caught.value)
    assert "attestor.toml" in str(caught.value)


def test_load__missing_file__is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="cannot read.*nowhere"):
        config.load(tmp_path / "nowhere.toml", {}, REQUIRED)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("0", False), ("No", False), ("YES", True)]
)
def test_load__boolean_text__is_read(text: str, value: bool) -> None:
    assert load({"chain_check_headers": text}).chain_check_headers is value


def test_load__list__from_text_and_from_file(tmp_path: Path) -> None:
    assert load(
        {"quote_allowed_tcb_statuses": "UpToDate,OutOfDate"}
    ).quote_allowed_tcb_statuses == (
        "UpToDate",
        "OutOfDate",
    )
    file = write(tmp_path, "[quote]\nallowed_tcb_statuses = ['SWHardeningNeeded']\n")
    loaded = config.load(file, {}, REQUIRED)
    assert loaded.quote_allowed_tcb_statuses == ("SWHardeningNeeded",)


def test_options__every_one__has_a_kind_a_help_and_a_valid_default() -> None:
    for known in fields(Config):
        assert known.metadata["kind"] in {
            "url", "urls", "websockets", "int", "float", "bool", "address", "path", "choice",
            "list", "text",
        }  # fmt: skip
        assert known.metadata["about"]
        if known.metadata["choices"] and known.default is not MISSING:
            chosen = known.default if isinstance(known.default, tuple) else (known.default,)
            assert set(chosen) <= set(known.metadata["choices"])


def test_options__seconds_that_are_waited_for__can_be_waited_for() -> None:
    """threading and poll() overflow at numbers that an operator may take for "never"."""
    for known in fields(Config):
        if known.metadata["kind"] == "float" and known.name.endswith("_seconds"):
            assert 2 * known.metadata["high"] < min(threading.TIMEOUT_MAX, 0x7FFFFFFF // 1000), (
                known
            )


def test_options__no_secret__is_a_value() -> None:
    """Keys come from files: flags are visible to every process, environments to some."""
    parts = ("key", "password", "secret")
    secret = [known for known in fields(Config) if any(part in known.name for part in parts)]
    assert len(secret) == 7
    assert {(known.metadata["kind"], known.name[-5:]) for known in secret} == {("path", "_file")}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"payer_keystore_file": "/k"}, "payer.key_file and payer.keystore_file are given"),
        ({"payer_address": "0x" + "11" * 20}, "payer.address is given without payer.remote_url"),
        (
            {"payer_key_file": "", "payer_remote_url": "http://signer"},
            "payer.address is missing: payer.remote_url needs it",
        ),
    ],
)
def test_load__not_exactly_one_payer__is_said(given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=words):
        load(given)


def test_load__payer_of_each_place__is_read() -> None:
    remote = load(
        {"payer_key_file": "", "payer_remote_url": "http://s", "payer_address": "0x" + "11" * 20}
    ).payer
    assert (remote.key_file, remote.remote_url, remote.address) == ("", "http://s", b"\x11" * 20)
    uploads = load({"collateral_payer_environment_file": "/env"}).collateral_payer
    assert uploads == PayerSource(environment_file="/env")


def test_load__nothing_to_be_sent__needs_no_payer() -> None:
    flags = {**REQUIRED, "payer_key_file": None, "payer_address": "0x" + "11" * 20}
    with pytest.raises(ConfigurationInvalid, match=r"payer\.key_file is missing"):
        config.load(None, {}, flags)
    assert config.load(None, {}, flags, needs_payer=False).payer_address == b"\x11" * 20


def test_load__list_without_choices__takes_any_text() -> None:
    assert load({"collateral_fmspcs": ""}).collateral_fmspcs == ()
    assert load({"collateral_fmspcs": "B0C06F000000,00906ED50000"}).collateral_fmspcs == (
        "B0C06F000000",
        "00906ED50000",
    )
    assert load(ATTESTOR_COLLATERAL_FMSPCS="B0C06F000000,").collateral_fmspcs == ("B0C06F000000",)
    with pytest.raises(ConfigurationInvalid, match="is not one of"):
        load(ATTESTOR_QUOTE_ALLOWED_TCB_STATUSES="UpToDate,")


def test_load__confirmation__always_up_to_the_budget_and_a_sample_beyond() -> None:
    loaded = load()
    assert loaded.executor_engine == "attestor"
    assert (loaded.cross_check_within_budget, loaded.cross_check_beyond_budget) == (
        "always",
        "sample",
    )
    assert loaded.cross_check_budget_cycles == 500_000_000
    assert loaded.cross_check_sample_rate == 0.05
    assert load({"cross_check_sample_rate": "1"}).cross_check_sample_rate == 1.0


def test_load__tables_of_old_names__still_count(tmp_path: Path) -> None:
    file = tmp_path / "attestor.toml"
    file.write_text("[upkeep]\nenabled = true\n[confirmation]\nbudget_cycles = 7\n")
    loaded = config.load(file, {"ATTESTOR_UPKEEP_MARGIN_DAYS": "9"}, REQUIRED)
    assert loaded.collateral_enabled
    assert loaded.cross_check_budget_cycles == 7
    assert loaded.collateral_margin_days == 9


@pytest.mark.parametrize(("first", "second"), [("upkeep", "collateral"), ("collateral", "upkeep")])
def test_load__old_and_new_name_of_a_table__is_a_fault(
    tmp_path: Path, first: str, second: str
) -> None:
    file = tmp_path / "attestor.toml"
    file.write_text(f"[{first}]\nenabled = true\n[{second}]\nenabled = true\n")
    said = rf"{second}\.enabled is also given as {first}\.enabled"
    with pytest.raises(ConfigurationInvalid, match=said):
        config.load(file, {}, REQUIRED)


def test_load__old_and_new_name_of_a_variable__is_a_fault_where_they_differ() -> None:
    same = {"ATTESTOR_UPKEEP_MARGIN_DAYS": "9", "ATTESTOR_COLLATERAL_MARGIN_DAYS": "9"}
    assert config.load(None, same, REQUIRED).collateral_margin_days == 9
    said = "ATTESTOR_UPKEEP_MARGIN_DAYS is also given as ATTESTOR_COLLATERAL_MARGIN_DAYS"
    with pytest.raises(ConfigurationInvalid, match=said):
        config.load(None, {**same, "ATTESTOR_UPKEEP_MARGIN_DAYS": "10"}, REQUIRED)


ENDPOINTS = ("http://a.example", "https://b.example/key")


def without_url(flags: dict[str, Any] | None = None, **environment: str) -> Config:
    required = {name: value for name, value in REQUIRED.items() if name != "chain_rpc_url"}
    return config.load(None, environment, {**required, **(flags or {})})


def test_load__several_endpoints__from_text_and_from_file(tmp_path: Path) -> None:
    assert load().rpc_urls == ("http://node.example",)
    text = ", ".join(ENDPOINTS)
    assert without_url({"chain_rpc_urls": text}).rpc_urls == ENDPOINTS
    assert without_url(ATTESTOR_CHAIN_RPC_URLS=text).rpc_urls == ENDPOINTS
    required = {name: value for name, value in REQUIRED.items() if name != "chain_rpc_url"}
    file = write(tmp_path, f"[chain]\nrpc_urls = {list(ENDPOINTS)}\n")
    assert config.load(file, {}, required).rpc_urls == ENDPOINTS


def test_load__one_endpoint_and_several__is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"rpc_url and chain\.rpc_urls are both given"):
        load({"chain_rpc_urls": "http://a.example"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("http://a.example,node.example/secret", "not an http:// or https:// URL"),
        ("http://a.example,", "one of the URLs is empty"),
        ("http://secret,http://secret", "listed twice"),
    ],
)
def test_load__malformed_endpoints__are_refused_without_showing_them(given: str, said: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        without_url({"chain_rpc_urls": given})
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_load__websocket_endpoints__are_urls_of_that_scheme() -> None:
    assert load().chain_websocket_urls == ()
    given = "ws://a.example, wss://b.example/key"
    found = load({"chain_websocket_urls": given}).chain_websocket_urls
    assert found == ("ws://a.example", "wss://b.example/key")
    with pytest.raises(ConfigurationInvalid, match="not an ws:// or wss:// URL") as caught:
        load({"chain_websocket_urls": "https://b.example/secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["rpc_urls = 'http://a,,'", "rpc_urls = [1]", "rpc_urls = 5"])
def test_load__endpoints_that_are_no_list_of_text__are_refused(tmp_path: Path, text: str) -> None:
    required = {name: value for name, value in REQUIRED.items() if name != "chain_rpc_url"}
    with pytest.raises(ConfigurationInvalid, match=r"chain\.rpc_urls: "):
        config.load(write(tmp_path, f"[chain]\n{text}\n"), {}, required)


@pytest.mark.parametrize("empty", ["", "''", "[]"])
def test_load__empty_endpoints__are_missing(tmp_path: Path, empty: str) -> None:
    required = {name: value for name, value in REQUIRED.items() if name != "chain_rpc_url"}
    file = write(tmp_path, f"[chain]\nrpc_urls = {empty}\n" if empty else "")
    with pytest.raises(ConfigurationInvalid, match=r"chain\.rpc_url"):
        config.load(file, {}, required)
