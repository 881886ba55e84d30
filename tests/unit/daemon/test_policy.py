"""How the configuration becomes policy, gate and signer settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from attestor.config import Config
from attestor.core.cross_check import CrossCheckPolicy, Mode
from attestor.core.execution import Limits
from attestor.core.registration import Terms
from attestor.core.report_data import Binding, Layout
from attestor.daemon.policy import make_gate, policy_from, signer_settings, slot_settings
from attestor.errors import ConfigurationInvalid, SimulationRefused
from attestor.signer.settings import SignerSettings

BINDING = Binding(31337, b"\x11" * 20, Layout.ATTESTOR)
SLOT = slot_settings(BINDING, None)
CONFIG = Config(
    chain_rpc_url="http://node.example",
    chain_id=31337,
    chain_registry=b"\x11" * 20,
    payer_key_file=Path("/nowhere"),
)
NOW = lambda: 1_800_000_000.0  # noqa: E731
TERMS = Terms(attest_validity_seconds=3600, max_block_number_diff=100)


def test_policy_from__defaults__fit_upstreams_registry() -> None:
    policy = policy_from(CONFIG, TERMS)
    assert (policy.period, policy.confirmations, policy.block_lag) == (1800, 2, 2)
    assert policy.max_block_number_diff == 100


@pytest.mark.parametrize("margin", [3600, 4000])
def test_policy_from__margin_as_long_as_a_registration__is_refused(margin: int) -> None:
    config = replace(CONFIG, rotation_expiry_margin_seconds=margin)
    with pytest.raises(ConfigurationInvalid, match=f"expiry_margin_seconds is {margin}.*3600 s"):
        policy_from(config, TERMS)
    assert policy_from(replace(CONFIG, rotation_expiry_margin_seconds=3599), TERMS)


@pytest.mark.parametrize(("lag", "margin", "fits"), [(2, 96, True), (2, 97, False), (99, 0, False)])
def test_policy_from__window_too_narrow__is_refused(lag: int, margin: int, fits: bool) -> None:
    config = replace(CONFIG, rotation_block_lag=lag, rotation_inclusion_margin_blocks=margin)
    if fits:
        assert policy_from(config, TERMS)
    else:
        with pytest.raises(ConfigurationInvalid, match="do not fit into the registry's window"):
            policy_from(config, TERMS)


def test_make_gate__real_quotes_without_collateral__is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="collateral"):
        make_gate(CONFIG, NOW)
    assert make_gate(replace(CONFIG, quote_collateral="https://pccs.example"), NOW)


def test_make_gate__simulated_on_a_development_chain__is_made() -> None:
    assert make_gate(replace(CONFIG, quote_provider="simulated"), NOW)


@pytest.mark.parametrize("chain_id", [1, 11155111, 534352])
def test_make_gate__simulated_on_any_other_chain__is_refused(chain_id: int) -> None:
    config = replace(CONFIG, quote_provider="simulated", chain_id=chain_id)
    with pytest.raises(SimulationRefused, match=f"chain id {chain_id}"):
        make_gate(config, NOW)


def test_signer_settings__hold_no_payer_and_no_endpoint() -> None:
    header = signer_settings(CONFIG, SLOT).to_header()
    assert header["provider"] == "configfs"
    assert header["slots"][0]["chain_id"] == 31337
    assert "nowhere" not in str(header)
    assert "node.example" not in str(header)


def test_signer_settings__hold_the_operators_choice_of_trust() -> None:
    config = replace(
        CONFIG,
        executor_engine="attestor",
        executor_cycles=10,
        cross_check_within_budget="never",
        cross_check_beyond_budget="always",
        cross_check_budget_cycles=5,
        cross_check_sample_rate=0.5,
    )
    settings = SignerSettings.from_header(signer_settings(config, SLOT).to_header())
    assert settings.engine == "attestor"
    assert settings.limits.cycles == 10
    assert settings.policy == CrossCheckPolicy(Mode.NEVER, Mode.ALWAYS, 5, 0.5)


def test_signer_settings__defaults__are_those_of_the_policy() -> None:
    """The model and the options must not drift apart."""
    assert signer_settings(CONFIG, SLOT).policy == CrossCheckPolicy()
    assert signer_settings(CONFIG, SLOT).limits == Limits()
