"""A proof as the signer process returns it."""

from dataclasses import dataclass

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.statement import SignedStatement
from attestor.core.verifying_key import VerifyingKey


@dataclass(frozen=True)
class Proof:
    """A signed statement: signature r ‖ s ‖ v over `digest`. `cross_check` is when SP1's engine
    repeats the run: with `BEFORE` it has. `statement` is the EIP-712 form's signature,
    where the signer process knows a MultiProof. `executor` says whether the programs that ran are
    those that were recorded when the executor was built; None where that is not known."""

    signer: bytes
    verifying_key: VerifyingKey
    public_values: bytes
    digest: bytes
    signature: bytes
    cycles: int
    engine: Engine
    cross_check: Timing
    statement: SignedStatement | None = None
    executor: ExecutorBuild | None = None
