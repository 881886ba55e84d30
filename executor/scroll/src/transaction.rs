//! A block's transactions: signed ones and messages from L1, each where its fork takes it.

use attestor_evm::transaction::Signed;
use revm::context::TxEnv;

use crate::fork::Fork;
use crate::l1_message::{self, L1Message};

const ACCESS_LIST: u8 = 1;
const FEE_MARKET: u8 = 2;
const SET_CODE: u8 = 4;
/// From this on the first byte is that of a list: a transaction of the first kind, without a type.
const FIRST_LIST: u8 = 0xc0;

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
            FIRST_LIST.. => Fork::Archimedes,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_with_their_forks_and_some_never() {
        let said = |first: u8, fork| Transaction::decode(&[first, 0xc0], fork).err().unwrap();
        for (first, before, since) in [
            (ACCESS_LIST, Fork::Bernoulli, Fork::Curie),
            (FEE_MARKET, Fork::Bernoulli, Fork::Curie),
            (SET_CODE, Fork::Euclid, Fork::EuclidV2),
        ] {
            assert!(said(first, before).contains(&format!("comes with {since}")));
            assert!(said(first, since).contains("cannot be decoded"));
        }
        for first in [0, 3, 5, l1_message::TYPE - 1, 0x7f, FIRST_LIST - 1] {
            let why = said(first, Fork::GalileoV2);
            assert!(why.contains("no transactions of type"), "{first:#04x}: {why}");
        }
        assert!(Transaction::decode(&[], Fork::Curie).err().unwrap().contains("empty"));
    }
}
