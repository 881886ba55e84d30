"""Every metric of the daemon: name, kind, labels and help. docs/metrics.md is this table, and a
test holds both to what the daemon answers.

A label's values come from a fixed list, or from the configuration: never from clients, and never
anything that changes with each signer, block or job.
"""

from dataclasses import dataclass

GAUGE, COUNTER, HISTOGRAM = "gauge", "counter", "histogram"


@dataclass(frozen=True)
class MetricKind:
    """A metric. Where chains have names, those with `of_chain` have the label `chain` too."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()
    of_chain: bool = False


def _of_chain(name: str, kind: str, help_: str, *labels: str) -> MetricKind:
    return MetricKind(f"attestor_{name}", kind, help_, labels, of_chain=True)


def _of_all(name: str, kind: str, help_: str, *labels: str) -> MetricKind:
    return MetricKind(f"attestor_{name}", kind, help_, labels)


METRICS: tuple[MetricKind, ...] = (
    _of_all(
        "build_info",
        GAUGE,
        "1, with what runs: the version, the circuits' version, which executor, and the "
        "measurement of the newest quote.",
        "version",
        "circuit",
        "executor",
        "measurement",
    ),
    _of_chain("ready", GAUGE, "1 while proofs are signed and handed out, as /readyz says."),
    _of_chain("not_ready_reason", GAUGE, "1 for each reason of /readyz that stands.", "code"),
    _of_chain("warning", GAUGE, "1 for each warning of /readyz that stands.", "code"),
    _of_all("signing_halted", GAUGE, "1 once the engines disagree."),
    _of_all("engine_test_passed", GAUGE, "1 when the engine's last self-test passed, else 0."),
    _of_chain(
        "chain_running", GAUGE, "Where there are several chains: 0 while this one does not run."
    ),
    _of_chain("signer_active", GAUGE, "1 while a signer signs."),
    _of_chain(
        "signer_valid_until_timestamp_seconds",
        GAUGE,
        "Chain time at which the active signer's registration ends; 0 without one.",
    ),
    _of_chain(
        "rotation_stage", GAUGE, "1 for the stage of the signer that is registered next.", "stage"
    ),
    _of_chain(
        "rotation_failures_total", COUNTER, "Failures of the rotation's work.", "work", "code"
    ),
    _of_chain(
        "rotation_consecutive_failures", GAUGE, "Failures since that work last succeeded.", "work"
    ),
    _of_chain(
        "rotation_step_seconds",
        HISTOGRAM,
        "How long a step of a rotation took that was done.",
        "step",
    ),
    _of_chain("head_number", GAUGE, "Number of the newest block."),
    _of_chain("head_timestamp_seconds", GAUGE, "Chain time of the newest block."),
    _of_chain("head_age_seconds", GAUGE, "Since the newest block was first seen."),
    _of_chain("head_read_age_seconds", GAUGE, "Since a look at the chain last succeeded."),
    _of_chain(
        "endpoint_up", GAUGE, "0 once an endpoint gave no answer some times in a row.", "endpoint"
    ),
    _of_chain("endpoint_demoted", GAUGE, "1 while others are asked first.", "endpoint"),
    _of_chain("endpoint_lag_blocks", GAUGE, "Blocks behind the best head.", "endpoint"),
    _of_chain("endpoint_failures_total", COUNTER, "Calls that were held against it.", "endpoint"),
    _of_chain("endpoint_demotions_total", COUNTER, "How often it was demoted.", "endpoint"),
    _of_chain("endpoint_call_seconds", HISTOGRAM, "How long usable answers took.", "endpoint"),
    _of_chain("payer_balance_wei", GAUGE, "What the payer holds."),
    _of_chain(
        "payer_registrations",
        GAUGE,
        "How many registrations that pays for at the highest fee that would be offered now; "
        "missing where gas costs nothing.",
    ),
    _of_chain("transactions_pending", GAUGE, "Transactions of the payer's that are out."),
    _of_all("queue_open_jobs", GAUGE, "Jobs that wait or run.", "registration"),
    _of_all(
        "queue_max_jobs", GAUGE, "How many may be open before more are refused.", "registration"
    ),
    _of_all(
        "jobs_total", COUNTER, "Jobs that ended: proven, or by the code of an error.", "outcome"
    ),
    _of_all("job_run_seconds", HISTOGRAM, "How long a run of a job took, proven or not."),
    _of_all(
        "executor_kills_total",
        COUNTER,
        "Runs whose process was ended or died before the program ended, by the code of the error.",
        "code",
    ),
    _of_chain("engine_disagreements_total", COUNTER, "How often the engines disagreed."),
    _of_chain("proofs", GAUGE, "Proofs in the history.", "engine", "cross_check", "finding"),
    _of_chain(
        "database_answering",
        GAUGE,
        "0 when the database gives no counts within 2 seconds; those of proofs and disagreements "
        "are missing then.",
    ),
    _of_chain("database_writable", GAUGE, "0 while the database cannot be written."),
    _of_chain("database_free_bytes", GAUGE, "What its file system has left for the daemon's user."),
    _of_all("worker_internal_errors_total", COUNTER, "Internal errors that jobs met."),
    _of_all(
        "api_starts_total", COUNTER, "How often the API process was started; 1 is as it should be."
    ),
    _of_all("api_connections", GAUGE, "Clients' connections."),
    _of_chain(
        "duty_last_success_timestamp_seconds",
        GAUGE,
        "When a step of the duty last succeeded; 0 before the first.",
        "duty",
    ),
    _of_chain("duty_last_start_timestamp_seconds", GAUGE, "When its last step began.", "duty"),
    _of_chain("duty_failures_total", COUNTER, "Steps that failed.", "duty"),
    _of_chain("duty_consecutive_failures", GAUGE, "Of these, since the last success.", "duty"),
    _of_chain(
        "duty_running_seconds", GAUGE, "How long its present step takes; 0 in between.", "duty"
    ),
    _of_chain("duty_deadline_seconds", GAUGE, "How long a step may take.", "duty"),
    _of_chain("collateral_failing", GAUGE, "1 when the last round of collateral failed."),
    _of_chain(
        "collateral_end_timestamp_seconds",
        GAUGE,
        "When the first part of the collateral on chain expires; 0 when it is missing or revoked.",
    ),
)
BY_NAME = {one.name: one for one in METRICS}
