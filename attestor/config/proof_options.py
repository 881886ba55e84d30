"""Options of what is run, at once and in all, and of what is kept of it."""

from dataclasses import dataclass

from attestor.config.option import option


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class ProofOptions:
    """Options `proofs.*`."""

    proofs_workers: int = option("int", "concurrent executions", 1, low=1, high=1024)
    proofs_max_open: int = option("int", "maximum number of queued and running jobs", 64, low=1)
    proofs_max_open_per_client: int = option("int", "of these, of one client", 32, low=1)

    proofs_keep_days: float = option("float", "days for which finished jobs are kept", 7.0)
    proofs_keep_jobs: int = option("int", "maximum number of finished jobs kept", 100_000)
    proofs_keep_program_bytes: int = option("int", "bytes of programs kept for later", 1 << 30)
