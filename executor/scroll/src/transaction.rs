//! A block's transactions: signed ones and messages from L1, each where its fork takes it.

use attestor_evm::transaction::Signed;
use revm::context::TxEnv;

use crate::fork::Fork;
use crate::l1_message::{self, L1Message};

const ACCESS_LIST: u8 = 1;
const FEE_MARKET: u8 = 2;
const SET_CODE: u8 = 4;
/// Above this the first byte is that of a list: a transaction of the first kind, without a type.
const MAX_TYPE: u8 = 0x7f;

/// What is executed.
pub(crate) enum Transaction {
    Signed(Box<Signed>),
    FromL1(L1Message),
}

impl Transaction {
    /// Read raw bytes of a transaction that `fork` takes. The error says why not.
    pub(crate) fn decode(raw: &[u8], fork: Fork) -> Result<Self, String> {
        let Some(&first) = raw.first() else {
            return Err("it is empty".into());
        };
        let since = match first {
            l1_message::TYPE => {
                let message = L1Message::decode(&raw[1..]);
                return message
                    .map(Self::FromL1)
                    .map_err(|error| format!("it cannot be decoded: {error}"));
            }
            ACCESS_LIST | FEE_MARKET => Fork::Curie,
            SET_CODE => Fork::EuclidV2,
            MAX_TYPE.. => Fork::Archimedes,
            _ => return Err(format!("Scroll has no transactions of type {first:#04x}")),
        };
        if fork < since {
            return Err(format!("its type {first:#04x} comes with {since}, the fork is {fork}"));
        }
        Signed::decode(raw).map(|signed| Self::Signed(Box::new(signed)))
    }

    pub(crate) fn is_from_l1(&self) -> bool {
        matches!(self, Self::FromL1(_))
    }

    pub(crate) fn environment(&self) -> TxEnv {
        match self {
            Self::Signed(signed) => signed.environment(),
            Self::FromL1(message) => message.environment(),
        }
    }
}
