"""What a rotation can do next: the answers of `rotation.plan`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wait:
    """Nothing to do until the next head, for this reason."""

    reason: str


@dataclass(frozen=True)
class NewSigner:
    """Make a key."""


@dataclass(frozen=True)
class MakeQuote:
    """Obtain a quote that binds the candidate and that block."""

    signer: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True)
class Submit:
    """Send the candidate's registration."""

    signer: bytes


@dataclass(frozen=True)
class Abandon:
    """The candidate's quote can no longer be registered: its key is destroyed."""

    signer: bytes
    reason: str


@dataclass(frozen=True)
class Activate:
    """Make the candidate the signer of proofs; `replaces` is then retired."""

    signer: bytes
    replaces: bytes | None


@dataclass(frozen=True)
class Pause:
    """Sign nothing with the active signer while the chain does not vouch for it. Its key stays: the
    chain may vouch for it again."""

    signer: bytes
    reason: str


@dataclass(frozen=True)
class Resume:
    """The chain vouches for the paused signer again."""

    signer: bytes


@dataclass(frozen=True)
class Retire:
    """Destroy the paused signer's key: the chain has finally said no."""

    signer: bytes
    reason: str


Action = Wait | NewSigner | MakeQuote | Submit | Abandon | Activate | Pause | Resume | Retire
"""All of them."""

STEP_NAMES: dict[type[Action], str] = {
    NewSigner: "new_signer",
    MakeQuote: "make_quote",
    Submit: "submit",
    Abandon: "abandon",
    Activate: "activate",
    Pause: "pause",
    Resume: "resume",
    Retire: "retire",
}
"""As metrics call them."""
