"""attestor: fresh signers, attested on chain, and signed proofs of SP1 programs."""

__version__ = "0.1.0"
