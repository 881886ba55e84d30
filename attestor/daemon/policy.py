"""What the configuration says to the rotation, the gate and the signer process."""

import time
from collections.abc import Callable

from attestor.collateral.sources import SimulatedSource, source_from
from attestor.config import Config
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.registration import Terms
from attestor.core.report_data import Binding
from attestor.core.text import to_hex
from attestor.errors import RegistryTermsMisfit
from attestor.quote.collateral import CollateralSource
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.rotation.situation import RotationPolicy
from attestor.signer.settings import SignerSettings, SlotSettings


def policy_from(config: Config, terms: Terms) -> RotationPolicy:
    """The rotation's policy; raises `RegistryTermsMisfit` when it cannot work with the registry.

    A successor must be due while its predecessor still has `expiry_margin` to live.
    """
    policy = RotationPolicy(
        period=config.rotation_period_seconds,
        expiry_margin=config.rotation_expiry_margin_seconds,
        confirmations=config.rotation_confirmations,
        block_lag=config.rotation_block_lag,
        max_block_number_diff=terms.max_block_number_diff,
        inclusion_margin=config.rotation_inclusion_margin_blocks,
        lease_seconds=config.rotation_lease_seconds,
        leases_need_blocks=config.chain_id not in DEVELOPMENT_CHAIN_IDS,
    )
    if policy.expiry_margin >= terms.attest_validity_seconds:
        raise RegistryTermsMisfit(
            f"rotation.expiry_margin_seconds is {policy.expiry_margin}, but registrations last "
            f"{terms.attest_validity_seconds} s",
            hint="make it smaller: a signer would be replaced as soon as it is active",
        )
    if policy.period >= terms.attest_validity_seconds:
        raise RegistryTermsMisfit(
            f"rotation.period_seconds is {policy.period}, but registrations last "
            f"{terms.attest_validity_seconds} s: a signer would expire before it is replaced",
            hint=f"make it smaller: at most {terms.attest_validity_seconds} s less "
            f"rotation.expiry_margin_seconds, {policy.expiry_margin}",
        )
    if not policy.sendable(reference_block=0, head=policy.block_lag):
        raise RegistryTermsMisfit(
            f"rotation.block_lag {policy.block_lag} and rotation.inclusion_margin_blocks "
            f"{policy.inclusion_margin} do not fit into the registry's window of "
            f"{policy.max_block_number_diff} blocks",
            hint="make them smaller",
        )
    return policy


def make_gate(config: Config, chain_time: Callable[[], float]) -> Gate:
    """The gate of real quotes, or on development chains of simulated ones. It judges by the time of
    the chain, as the contracts do: the wall clock may be set."""
    statuses = frozenset(config.quote_allowed_tcb_statuses)
    if config.quote_provider != "simulated":
        return Gate(source_from(config.quote_collateral), chain_time, GatePolicy(statuses))
    from attestor.quote.simulated import SimulatedPlatform

    platform = SimulatedPlatform(
        config.quote_simulation_seed.encode(), config.chain_id, int(time.time())
    )
    policy = GatePolicy(statuses, SimulatedRoot(platform.root_der, config.chain_id))
    source: CollateralSource = SimulatedSource(platform)
    if config.quote_collateral:
        source = source_from(config.quote_collateral)
    return Gate(source, chain_time, policy)


def slot_settings(binding: Binding, multiproof: bytes | None, name: str = "") -> SlotSettings:
    """What the signer process is told of one chain."""
    return SlotSettings(
        name=name,
        chain_id=binding.chain_id,
        registry=to_hex(binding.registry),
        layout=binding.layout,
        multiproof=to_hex(multiproof) if multiproof else "",
    )


def signer_settings(config: Config, *slots: SlotSettings) -> SignerSettings:
    """What the signer process is told."""
    return SignerSettings(
        slots=slots,
        provider=config.quote_provider,
        simulation_seed=config.quote_simulation_seed,
        executor_directory=str(config.executor_directory),
        workers=config.proofs_workers,
        wall_seconds=config.executor_wall_seconds,
        cpu_seconds=config.executor_cpu_seconds,
        memory_bytes=config.executor_memory_bytes,
        public_values_bytes=config.executor_public_values_bytes,
        cycles=config.executor_cycles,
        engine=config.executor_engine,
        cross_check_within_budget=config.cross_check_within_budget,
        cross_check_beyond_budget=config.cross_check_beyond_budget,
        cross_check_budget_cycles=config.cross_check_budget_cycles,
        cross_check_sample_rate=config.cross_check_sample_rate,
        cross_check_engine=config.cross_check_engine,
        cross_check_portable_cycles=config.cross_check_portable_cycles,
        user=config.signer_user,
        sandbox_level=config.sandbox_level,
    )
