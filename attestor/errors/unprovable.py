"""Runs that SP1's executor completes and that its circuits do not accept: one leaf per rule.

The rules are those of `executor/precompiles/src/rule.rs`; docs/engine.md says where each is from.
"""

from attestor.errors.base import Rejected


class Unprovable(Rejected):
    """No SP1 proof can show this run, or only one of another result."""

    code = "exec_unprovable"
    advice = "Change the program: no SP1 proof could exist beside the signature (docs/engine.md)."


class UnprovableLowAddress(Unprovable):
    """A load or a store below 0x10000, as through a null pointer."""

    code = "exec_unprovable_low_address"


class UnprovableLowPointer(Unprovable):
    """A precompile's pointer below 0x10000."""

    code = "exec_unprovable_low_pointer"


class UnprovableMisalignedJump(Unprovable):
    """A jump or a taken branch between two instructions."""

    code = "exec_unprovable_misaligned_jump"


class UnprovableCommitConflict(Unprovable):
    """COMMIT of one word of the digest with two values."""

    code = "exec_unprovable_commit_conflict"


class UnprovableCommitEarly(Unprovable):
    """More work after the first COMMIT of a long run than SP1's prover keeps room for."""

    code = "exec_unprovable_commit_early"


class UnprovableDeferredIndex(Unprovable):
    """COMMIT_DEFERRED_PROOFS of a word that does not exist."""

    code = "exec_unprovable_deferred_index"


class UnprovableDeferredMissing(Unprovable):
    """A program that ends without COMMIT_DEFERRED_PROOFS."""

    code = "exec_unprovable_deferred_missing"


class UnprovableExitCodeTooLong(Unprovable):
    """HALT with an exit code of 0 in the lower half of a register alone."""

    code = "exec_unprovable_exit_code"


class UnprovableCallNumberTooLong(Unprovable):
    """A system call with a number of more than 32 bits."""

    code = "exec_unprovable_call_number"


class UnprovableSecondArgument(Unprovable):
    """A second argument to a precompile that takes none."""

    code = "exec_unprovable_second_argument"


class UnprovableHintLow(Unprovable):
    """A hint below 0x10000."""

    code = "exec_unprovable_hint_low"


class UnprovableHintOverMemory(Unprovable):
    """A hint over memory that is in use already."""

    code = "exec_unprovable_hint_over_memory"


class UnprovableHintTail(Unprovable):
    """A hint whose word of zeros falls on memory in use."""

    code = "exec_unprovable_hint_tail"


class UnprovablePrecompileOnly(Unprovable):
    """Memory that precompiles access, and no load or store."""

    code = "exec_unprovable_precompile_only"


class UnprovableUnreduced(Unprovable):
    """A coordinate or a field element that is not below the prime."""

    code = "exec_unprovable_unreduced"


class UnprovableOffCurve(Unprovable):
    """ED_ADD of a point that is not on ed25519."""

    code = "exec_unprovable_off_curve"


class UnprovableEqualX(Unprovable):
    """The sum of two points with the same x."""

    code = "exec_unprovable_equal_x"


class UnprovableZeroY(Unprovable):
    """The double of a point with y = 0."""

    code = "exec_unprovable_zero_y"


class UnprovableDifference(Unprovable):
    """A field's subtraction from a number not below the prime, or far below zero."""

    code = "exec_unprovable_difference"


class UnprovableQuotient(Unprovable):
    """A modular product whose quotient is too long."""

    code = "exec_unprovable_quotient"


class UnprovableWideWord(Unprovable):
    """A word of SHA-256 with more than 32 bits."""

    code = "exec_unprovable_wide_word"


RULES: dict[str, type[Unprovable]] = {
    leaf.code.removeprefix(f"{Unprovable.code}_"): leaf for leaf in Unprovable.__subclasses__()
}
"""The leaf of each rule, by the rule's name."""
