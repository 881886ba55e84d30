"""What the checks know: the options and files of `attestor avs`."""

from dataclasses import dataclass
from pathlib import Path

from attestor.avs.prover_file import ProverFile
from attestor.core.scroll.eras import CHAINS, NEVER
from attestor.errors import AttestorError
from attestor.signer.poe.settings import PoeSettings


@dataclass(frozen=True)
class Examined:
    """`file` is prover.json at `path`. `quotes_refused` is why the machine's quotes cannot be
    used: then `settings` are without. `has_blobs` says whether `getPoe` has a source of blobs."""

    path: Path
    file: ProverFile
    settings: PoeSettings
    host: str
    port: int
    database: Path
    client_authorities: Path | None = None
    has_blobs: bool = False
    quotes_refused: AttestorError | None = None

    @property
    def l1_chain_id(self) -> int:
        """The chain that batches are committed to."""
        known = CHAINS.get(self.settings.chain_id)
        return known.l1_chain_id if known else self.settings.quoted_chain_id

    @property
    def euclid(self) -> int | None:
        """The fork's time on a chain whose forks are given."""
        forks = self.settings.forks
        return None if forks is None else forks.get("euclid", NEVER)
