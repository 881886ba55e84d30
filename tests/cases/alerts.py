"""Each alert of deploy/prometheus/alerts.yml, and what makes it fire, in the words of promtool."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WELL: Mapping[str, str] = {
    'up{job="attestor"}': "1",
    "attestor_ready": "1",
    "attestor_signing_halted": "0",
    "attestor_engine_test_passed": "1",
    'attestor_chain_running{chain="main"}': "1",
    "attestor_signer_active": "1",
    "attestor_signer_valid_until_timestamp_seconds": "3600",
    "attestor_head_timestamp_seconds": "0",
    'attestor_rotation_consecutive_failures{work="rotating"}': "0",
    "attestor_head_read_age_seconds": "3",
    "attestor_head_age_seconds": "12",
    'attestor_endpoint_up{endpoint="https://one.example"}': "1",
    'attestor_endpoint_demotions_total{endpoint="https://one.example"}': "0",
    "attestor_payer_registrations": "50",
    "attestor_transactions_pending": "0",
    'attestor_queue_open_jobs{registration="1:0xaa"}': "3",
    'attestor_queue_max_jobs{registration="1:0xaa"}': "64",
    'attestor_executor_kills_total{code="exec_time_limit"}': "0",
    'attestor_executor_kills_total{code="exec_stopped"}': "0+50",
    "attestor_worker_internal_errors_total": "0",
    "attestor_api_starts_total": "1",
    'attestor_duty_running_seconds{duty="rotation"}': "1",
    'attestor_duty_deadline_seconds{duty="rotation"}': "120",
    "attestor_database_writable": "1",
    "attestor_database_answering": "1",
    "attestor_database_free_bytes": "20000000000",
    "attestor_collateral_end_timestamp_seconds": "900000",
    "attestor_collateral_failing": "0",
}
"""Series while all is well, in promtool's notation: a value for ever, or one that grows."""


@dataclass(frozen=True)
class AlertCase:
    """`series` is what is not well; the alert fires after `minutes`, and not yet after `silent`;
    None where there is no such minute. `labels` are those that its summary or series has."""

    name: str
    series: str
    values: str
    minutes: int
    silent: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


_ENDPOINT = {"endpoint": "https://one.example"}
CASES = (
    AlertCase("AttestorDown", 'up{job="attestor"}', "0", 3, 1, {"job": "attestor"}),
    AlertCase("AttestorNotReady", "attestor_ready", "0", 6, 4),
    AlertCase("AttestorSigningHalted", "attestor_signing_halted", "1", 1),
    AlertCase(
        "AttestorSignerExpiring", "attestor_signer_valid_until_timestamp_seconds", "599", 2, 0
    ),
    AlertCase(
        "AttestorRotationFailing",
        'attestor_rotation_consecutive_failures{work="rotating"}',
        "3",
        3,
        1,
        {"work": "rotating"},
    ),
    AlertCase("AttestorHeadStale", "attestor_head_age_seconds", "181", 2, 0),
    AlertCase("AttestorHeadStale", "attestor_head_read_age_seconds", "121", 2, 0),
    AlertCase(
        "AttestorEndpointDown",
        'attestor_endpoint_up{endpoint="https://one.example"}',
        "0",
        11,
        9,
        _ENDPOINT,
    ),
    AlertCase(
        "AttestorEndpointDemoted",
        'attestor_endpoint_demotions_total{endpoint="https://one.example"}',
        "0+1",
        30,
        2,
        _ENDPOINT,
    ),
    AlertCase("AttestorPayerLow", "attestor_payer_registrations", "4", 6, 4),
    AlertCase("AttestorTransactionStuck", "attestor_transactions_pending", "0 0 0 1x40", 25, 10),
    AlertCase(
        "AttestorQueueFull",
        'attestor_queue_open_jobs{registration="1:0xaa"}',
        "64",
        6,
        4,
        {"registration": "1:0xaa"},
    ),
    AlertCase(
        "AttestorExecutorKills",
        'attestor_executor_kills_total{code="exec_time_limit"}',
        "0+2",
        20,
        2,
        {"code": "exec_time_limit"},
    ),
    AlertCase(
        "AttestorInternalErrors", "attestor_worker_internal_errors_total", "0 0 0 0 0 1x40", 10, 4
    ),
    AlertCase("AttestorApiRestarts", "attestor_api_starts_total", "1+1", 10, 1),
    AlertCase(
        "AttestorDutyStuck",
        'attestor_duty_running_seconds{duty="rotation"}',
        "121",
        2,
        0,
        {"duty": "rotation"},
    ),
    AlertCase("AttestorEngineTestFailed", "attestor_engine_test_passed", "0", 3, 1),
    AlertCase("AttestorDatabaseNotWritable", "attestor_database_writable", "0", 2, 0),
    AlertCase("AttestorDatabaseNotWritable", "attestor_database_answering", "0", 2, 0),
    AlertCase("AttestorDiskLow", "attestor_database_free_bytes", "1000000000", 6, 4),
    AlertCase(
        "AttestorCollateralEnding", "attestor_collateral_end_timestamp_seconds", "200000", 31, 29
    ),
    AlertCase("AttestorCollateralEnding", "attestor_collateral_failing", "1", 31, 29),
    AlertCase(
        "AttestorChainNotRunning",
        'attestor_chain_running{chain="main"}',
        "0",
        6,
        4,
        {"chain": "main"},
    ),
)
