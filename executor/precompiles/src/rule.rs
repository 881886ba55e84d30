//! What SP1's circuits demand of a run beyond its executor, 6.10.0: a run that breaks one of these
//! rules has no proof, or only one of another result.
//!
//! `make check-provable` asks the circuits on both sides of each.

use std::fmt;

/// The circuits have no memory below; programs start far above.
pub const FIRST_ADDRESS: u64 = 1 << 16;
/// How many cells of SP1's tables a cycle fills at most, in round numbers: it stores to a word that
/// is new to its shard, which is two messages to other shards.
pub const CYCLE_CELLS: u64 = 576;
/// The same of a precompile's call: SHA_COMPRESS with all of its words.
pub const PRECOMPILE_CELLS: u64 = 1 << 16;
/// What SP1's prover keeps free in each shard for the end of a program (`HALT_AREA`), which is also
/// no more than its `HALT_HEIGHT` of rows in any table.
pub const END_CELLS: u64 = 1 << 18;
/// A run of so many is one shard, whatever its program's size.
pub const SHARD_CELLS: u64 = 1 << 28;

/// The rule that a program broke, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A load or a store at this address, below `FIRST_ADDRESS`.
    LowAddress(u64),
    /// A precompile's pointer, below `FIRST_ADDRESS`.
    LowPointer(u64),
    /// A jump or a taken branch to this address, which is no multiple of four.
    MisalignedJump(u64),
    /// A second COMMIT of this index with another word.
    CommitConflict(u64),
    /// So many cells, more than `END_CELLS`, from the first COMMIT to the end of a run that may have
    /// more than one shard: SP1's prover ends none there, however full it is.
    CommitEarly(u64),
    /// COMMIT_DEFERRED_PROOFS of this index, which is not one of eight.
    DeferredIndex(u64),
    /// No COMMIT_DEFERRED_PROOFS before the end.
    DeferredMissing,
    /// HALT with this in a0: an exit code of 0 with upper bits.
    ExitCode(u64),
    /// A call with this in t0, of which the executor takes the lower half.
    CallNumber(u64),
    /// A second argument to a precompile that takes none.
    SecondArgument(u64),
    /// HINT_READ to this address, below `FIRST_ADDRESS`.
    HintLow(u64),
    /// HINT_READ over this word, which the program's image or an access before has.
    HintOverMemory(u64),
    /// HINT_READ of a multiple of eight bytes before this word, which was accessed or is not zero:
    /// the executor zeroes it, a proof cannot.
    HintTail(u64),
    /// This word was accessed by precompiles alone: SP1's prover forgets it.
    PrecompileOnly(u64),
    /// A coordinate or a field element is not below the prime.
    Unreduced,
    /// A point is not on ed25519.
    OffCurve,
    /// The two points of an addition have the same x.
    EqualX,
    /// The doubled point has y = 0.
    ZeroY,
    /// A field's subtraction from a number that is not below the prime, or of one that is more than
    /// the prime above it.
    Difference,
    /// The quotient of a modular product is longer than its operands.
    Quotient,
    /// A number of SHA-256 has more than 32 bits.
    WideWord(u64),
}

impl Rule {
    /// A stable name of the rule.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LowAddress(_) => "low_address",
            Self::LowPointer(_) => "low_pointer",
            Self::MisalignedJump(_) => "misaligned_jump",
            Self::CommitConflict(_) => "commit_conflict",
            Self::CommitEarly(_) => "commit_early",
            Self::DeferredIndex(_) => "deferred_index",
            Self::DeferredMissing => "deferred_missing",
            Self::ExitCode(_) => "exit_code",
            Self::CallNumber(_) => "call_number",
            Self::SecondArgument(_) => "second_argument",
            Self::HintLow(_) => "hint_low",
            Self::HintOverMemory(_) => "hint_over_memory",
            Self::HintTail(_) => "hint_tail",
            Self::PrecompileOnly(_) => "precompile_only",
            Self::Unreduced => "unreduced",
            Self::OffCurve => "off_curve",
            Self::EqualX => "equal_x",
            Self::ZeroY => "zero_y",
            Self::Difference => "difference",
            Self::Quotient => "quotient",
            Self::WideWord(_) => "wide_word",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LowAddress(address) => {
                write!(formatter, "access to {address:#x}, below {FIRST_ADDRESS:#x}")
            }
            Self::LowPointer(address) => {
                write!(formatter, "pointer {address:#x}, below {FIRST_ADDRESS:#x}")
            }
            Self::MisalignedJump(target) => {
                write!(formatter, "jump to {target:#x}, which is no multiple of 4")
            }
            Self::CommitConflict(index) => {
                write!(formatter, "COMMIT of word {index} a second time, with another value")
            }
            Self::CommitEarly(cells) => {
                write!(
                    formatter,
                    "{cells} cells of a trace after the first COMMIT, at most {END_CELLS}"
                )
            }
            Self::DeferredIndex(index) => {
                write!(formatter, "COMMIT_DEFERRED_PROOFS of word {index}, not of 0 to 7")
            }
            Self::DeferredMissing => write!(formatter, "COMMIT_DEFERRED_PROOFS was never called"),
            Self::ExitCode(value) => write!(formatter, "exit code {value:#x} of more than 32 bits"),
            Self::CallNumber(value) => {
                write!(formatter, "call number {value:#x} of more than 32 bits")
            }
            Self::SecondArgument(value) => {
                write!(formatter, "second argument {value:#x}, which must be 0")
            }
            Self::HintLow(address) => {
                write!(formatter, "hint to {address:#x}, below {FIRST_ADDRESS:#x}")
            }
            Self::HintOverMemory(address) => {
                write!(formatter, "hint over {address:#x}, which is in use already")
            }
            Self::HintTail(address) => write!(
                formatter,
                "hint that ends at {address:#x}, where a word is in use that the hint zeroes"
            ),
            Self::PrecompileOnly(address) => {
                write!(formatter, "no load or store of {address:#x}, which a precompile accessed")
            }
            Self::Unreduced => write!(formatter, "number not below the field's prime"),
            Self::OffCurve => write!(formatter, "point not on the curve"),
            Self::EqualX => write!(formatter, "sum of two points with the same x"),
            Self::ZeroY => write!(formatter, "double of a point with y = 0"),
            Self::Difference => {
                write!(
                    formatter,
                    "difference from a number not below the prime, or less than -prime"
                )
            }
            Self::Quotient => write!(formatter, "product whose quotient is too long"),
            Self::WideWord(word) => {
                write!(formatter, "SHA-256 word {word:#x} of more than 32 bits")
            }
        }
    }
}
