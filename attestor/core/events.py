"""The names of what the log tells: each line at INFO or above that attestor writes has one.

Names are an interface, as codes of errors are: alerts and searches go by them. docs/log-events.md
is made from this list by `make events`.
"""

from enum import StrEnum


class Event(StrEnum):
    """What a line is about; `about` is what an operator reads of it."""

    about: str

    def __new__(cls, value: str, about: str) -> "Event":
        made = str.__new__(cls, value)
        made._value_ = value
        made.about = about
        return made

    # --- start, stop, configuration ---
    CONFIGURATION_NOTE = "configuration_note", "Something works, and should be written otherwise."
    CONFIGURATION_RELOADED = "configuration_reloaded", "SIGHUP: which options have new values."
    CONFIGURATION_REFUSED = "configuration_refused", "SIGHUP: nothing was taken, and why."
    SIGNER_PROCESS_STARTED = (
        "signer_process_started",
        "The signer process runs: its user, executor and sandbox.",
    )
    EXECUTOR_UNRECORDED = "executor_unrecorded", "The executor is not the one that was built."
    EXECUTOR_MISSING = "executor_missing", "The program that decodes large requests is not there."
    SELF_TEST_FAILED = "self_test_failed", "The engine does not run a known program as it should."
    SELF_TEST_PASSES = "self_test_passes", "It does again."
    LISTENING = "listening", "A listener accepts connections."
    STOPPING = "stopping", "The service was asked to stop."
    STOPPED = "stopped", "It has stopped."
    STOP_OVERDUE = "stop_overdue", "Stopping took too long: the process ends at once."
    DUTIES_LEFT_BEHIND = "duties_left_behind", "Duties hung while stopping."
    DAEMON_FAILED = "daemon_failed", "An error ends the daemon: the service manager starts it anew."
    CLOCK_CHANGED = "clock_changed", "The machine's clock was set, or the machine slept."
    UNEXPECTED_ERROR = "unexpected_error", "A defect, with its trace: report it."
    DEPENDENCY = "dependency", "A line of a package that attestor uses."

    # --- chain and registry ---
    CHAIN_OPENED = "chain_opened", "Registry, chain and payer that the daemon works with."
    CHAIN_FAILED = "chain_failed", "One of several chains does not run."
    CHAIN_RUNS = "chain_runs", "It runs again."
    ENDPOINT_FAILING = "endpoint_failing", "An endpoint is asked last, or gives no hints."
    ENDPOINT_ANSWERS = "endpoint_answers", "It answers again."
    BLOCKS_MISSING = "blocks_missing", "A node lacks blocks: fewer are followed."
    REORG = "reorg", "Blocks were replaced."
    REGISTRY_CHANGED = "registry_changed", "The registry's window is another one."
    POLICY_CHANGED = "policy_changed", "The registry's owner or guardian changed its policy."
    POLICY_EVENT_REPLACED = "policy_event_replaced", "A change of policy went with its block."
    POLICY_EVENTS_FAILED = "policy_events_failed", "The registry's events cannot be read."

    # --- rotation ---
    SIGNER_CREATED = "signer_created", "A new key, which signs nothing yet."
    QUOTE_MADE = "quote_made", "A quote that was judged good."
    REGISTRATION_SENT = "registration_sent", "A transaction that registers a signer."
    SIGNER_ACTIVE = "signer_active", "The signer signs, and until when."
    SIGNER_PAUSED = "signer_paused", "The signer signs nothing for now."
    SIGNER_RESUMED = "signer_resumed", "It signs again."
    SIGNER_RETIRED = "signer_retired", "Its key is destroyed."
    SIGNER_GIVEN_UP = "signer_given_up", "A signer that never signed is destroyed."
    CANCELLATION_SENT = "cancellation_sent", "A registration that was given up is cancelled."
    STEP_FAILED = "step_failed", "A step of the rotation failed, perhaps again."
    STEP_WORKS = "step_works", "It works again."
    ADMISSION_UNKNOWN = "admission_unknown", "The last admission cannot be used for a renewal."
    SIGNING_HALTED = "signing_halted", "The engines disagree: nothing is signed. Wake somebody."
    COLLATERAL_UPLOADED = "collateral_uploaded", "Collateral on chain was renewed."
    COLLATERAL_FAILED = "collateral_failed", "It was not."
    COLLATERAL_WARNING = "collateral_warning", "Collateral is old, or its service is away."

    # --- duties and database ---
    DUTY_FAILED = "duty_failed", "A duty of the daemon failed, perhaps again."
    DUTY_WORKS = "duty_works", "It works again."
    DATABASE_UNUSABLE = "database_unusable", "The database cannot be written."
    DATABASE_USABLE = "database_usable", "It can again."
    DATABASE_LOCK_MADE_AGAIN = (
        "database_lock_made_again",
        "The lock's file was removed while the service has the database.",
    )
    DATABASE_NOT_CHECKED = "database_not_checked", "The daily check did not take place."
    HEADERS_NOT_SAVED = "headers_not_saved", "Recent headers are not in the database."
    JOBS_MOVED = "jobs_moved", "Jobs of an earlier version have a database of their own."

    # --- jobs and clients ---
    JOBS_TAKEN_OVER = "jobs_taken_over", "Jobs of an earlier run go on."
    JOB_PROVEN = "job_proven", "A job has its result."
    JOB_FAILED = "job_failed", "A job ended with an error."
    JOB_PARKED = "job_parked", "Nobody waits for a job."
    JOB_REPEATED = "job_repeated", "A job is run again."
    JOB_LEFT = "job_left", "Another worker has the job."
    JOB_NOT_CLOSED = "job_not_closed", "A result waits for the database."
    JOB_NOT_SIGNED = "job_not_signed", "A result waits for a signer."
    CROSS_CHECK_FINDING = "cross_check_finding", "What the second engine said of a sample."
    CROSS_CHECKS_INCONCLUSIVE = "cross_checks_inconclusive", "Samples of an earlier run are open."
    FINDINGS_NOT_NOTED = "findings_not_noted", "Findings wait for the database."
    REQUEST = "request", "A request, and what became of it."
    CALL_FAILED = "call_failed", "A call failed for reasons of the service."
    ACCESS_WARNING = "access_warning", "Who may ask is seldom meant that way."
    ADDRESS_REFUSED = "address_refused", "An address that is not allowed."
    CONNECTION_NOT_ACCEPTED = "connection_not_accepted", "The kernel gives no more connections."
    CLIENTS_RENEWED = "clients_renewed", "The file of clients was read again."
    CLIENTS_REFUSED = "clients_refused", "It is wrong: the clients stay as they were."
    TLS_RENEWED = "tls_renewed", "The certificate was read again."
    TLS_REFUSED = "tls_refused", "It is wrong: the old one stays."
    TLS_WARNING = "tls_warning", "The certificate ends soon, or clients will refuse it."
    QUOTA_NOT_COUNTED = "quota_not_counted", "Cycles of a client are missing in its count."
    STATUS_INCOMPLETE = "status_incomplete", "The status lacks what a database tells."
    METRICS_INCOMPLETE = "metrics_incomplete", "A metric is missing."
    API_PROCESS_ENDED = "api_process_ended", "The API process ended."
    API_PROCESS_FAILED = "api_process_failed", "Why it ends."
    API_PROCESS_KILLED = "api_process_killed", "It was silent, and is killed."
    API_PROCESS_RESTARTS = "api_process_restarts", "It is started anew."

    # --- AVS and Scroll ---
    AVS_SIGNER = "avs_signer", "Who signs batches, and by which quotes."
    AVS_BATCH_PROVEN = "avs_batch_proven", "A batch was executed and signed."
    AVS_RUNS_EXECUTED = "avs_runs_executed", "How far a batch is."
    AVS_CONTEXT = "avs_context", "The blocks of a batch."
    AVS_WITHOUT_EXECUTION = "avs_without_execution", "An enclave: no batch is proven here."
    AVS_WITHOUT_QUOTES = "avs_without_quotes", "The machine makes no quotes."
    AVS_OPTION_WITHOUT_EFFECT = "avs_option_without_effect", "A flag that does nothing here."
    SANDBOX_INCOMPLETE = "sandbox_incomplete", "A wall is missing."
    WITNESS_INCOMPLETE = "witness_incomplete", "A part of a witness is asked for."
