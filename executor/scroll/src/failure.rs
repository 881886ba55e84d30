//! Why a range of blocks has no result, in the words of the answer.

use std::fmt::Display;

use attestor_evm::WitnessError;

/// The stable classes; `attestor/executor/scroll.py` maps each to an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The bytes of the request are not what its format says.
    InvalidRequest,
    /// No fork table is known for the chain id.
    UnknownChain,
    /// The blocks' state is of a kind that is not executed here.
    UnsupportedEra,
    /// A block has what its fork does not take.
    InvalidBlock,
    /// What was computed is not what the block's header, or the request, says.
    Mismatch,
    /// Execution needs a trie node that is not in the witness.
    MissingNode,
    /// Execution needs a code that is not in the witness.
    MissingCode,
    /// The witness has something else where a trie node must be.
    BadWitness,
    /// This process or its request is at fault.
    Crash,
}

impl attestor_child::Class for Class {
    const CRASH: Self = Self::Crash;

    fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnknownChain => "unknown_chain",
            Self::UnsupportedEra => "unsupported_era",
            Self::InvalidBlock => "invalid_block",
            Self::Mismatch => "mismatch",
            Self::MissingNode => "missing_node",
            Self::MissingCode => "missing_code",
            Self::BadWitness => "bad_witness",
            Self::Crash => "crash",
        }
    }
}

/// A failed request. What concerns one block has its number as the field `block`.
pub type Failure = attestor_child::Failure<Class>;

/// The bytes of a request are not what its format says.
pub(crate) fn invalid_request(why: impl AsRef<str>) -> Failure {
    Failure::new(Class::InvalidRequest, why)
}

/// A field differs: `expected` is what the header says, or the request.
pub(crate) fn mismatch(field: &str, expected: impl Display, computed: impl Display) -> Failure {
    let detail = format!("{field} is {computed}, expected {expected}");
    Failure::new(Class::Mismatch, detail)
        .with("field", field)
        .with("expected", expected.to_string())
        .with("computed", computed.to_string())
}

/// The witness lacks something, or has it wrong.
pub(crate) fn of_witness(error: &WitnessError) -> Failure {
    let (class, hash, place) = match error {
        WitnessError::MissingNode { hash, place } => (Class::MissingNode, hash, Some(place)),
        WitnessError::MissingCode { hash, place } => (Class::MissingCode, hash, Some(place)),
        WitnessError::Malformed { hash, .. } => (Class::BadWitness, hash, None),
    };
    let mut failure = Failure::new(class, error.to_string()).with("hash", hash.to_string());
    if let Some(address) = place.and_then(|place| place.address) {
        failure = failure.with("address", address.to_string());
    }
    if let Some(slot) = place.and_then(|place| place.slot) {
        failure = failure.with("slot", format!("{slot:#066x}"));
    }
    failure
}
