//! What a witness lacks, or has wrong.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use revm::database_interface::DBErrorMarker;

/// Where in the state a node or a code was needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub address: Option<Address>,
    /// The slot of the account's storage; None for the account itself.
    pub slot: Option<U256>,
}

/// Why the state cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessError {
    MissingNode {
        hash: B256,
        place: Place,
    },
    MissingCode {
        hash: B256,
        place: Place,
    },
    /// What is under this hash cannot be where it was found.
    Malformed {
        hash: B256,
        why: &'static str,
    },
}

impl WitnessError {
    /// The same at `place`, if it says none yet.
    #[must_use]
    pub fn at(mut self, found: Place) -> Self {
        if let Self::MissingNode { place, .. } | Self::MissingCode { place, .. } = &mut self
            && *place == Place::default()
        {
            *place = found;
        }
        self
    }
}

impl fmt::Display for WitnessError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingNode { hash, place } => {
                write!(formatter, "the witness has no trie node {hash}, needed for {place}")
            }
            Self::MissingCode { hash, place } => {
                write!(formatter, "the witness has no code {hash}, needed for {place}")
            }
            Self::Malformed { hash, why } => {
                write!(formatter, "the witness has under {hash} no trie node: {why}")
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, self.slot) {
            (Some(address), Some(slot)) => write!(formatter, "slot {slot:#x} of {address}"),
            (Some(address), None) => write!(formatter, "account {address}"),
            (None, _) => formatter.write_str("the state"),
        }
    }
}

impl std::error::Error for WitnessError {}
impl DBErrorMarker for WitnessError {}
