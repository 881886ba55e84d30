//! Contracts that forks change in place: the gas price oracle, three times.
//!
//! Curie's comes with its block. The others come with the first block that finds them missing: the
//! oracle's own slot says so, and where a witness has no proof of that slot, the parent's time does.

use alloy_primitives::{Bytes, U256, hex, keccak256};
use revm::Database;
use revm::bytecode::Bytecode;
use revm::context::JournalTr;

use crate::address::GAS_ORACLE;
use crate::fork::{Fork, ForkTable};
use crate::machine::ScrollContext;
use crate::oracle;

const PRECISION: u64 = 1_000_000_000;

struct Upgrade {
    fork: Fork,
    /// In hexadecimal, as it is on chain.
    code: &'static str,
    slots: &'static [(u64, u64)],
    /// It is 1 once the upgrade was made.
    marker: Option<u64>,
}

const UPGRADES: [Upgrade; 3] = [
    Upgrade {
        fork: Fork::Curie,
        code: include_str!("upgrade/curie.hex"),
        slots: &[(5, 1), (6, 230_759_955_285), (7, 417_565_260), (8, 1)],
        marker: None,
    },
    Upgrade {
        fork: Fork::Feynman,
        code: include_str!("upgrade/feynman.hex"),
        slots: &[(9, PRECISION), (10, PRECISION), (11, 1)],
        marker: Some(11),
    },
    Upgrade {
        fork: Fork::GalileoV2,
        code: include_str!("upgrade/galileo_v2.hex"),
        slots: &[(12, 1)],
        marker: Some(12),
    },
];

/// A block's place on the chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) number: u64,
    pub(crate) time: u64,
    /// None where the block before it was not given.
    pub(crate) parent_time: Option<u64>,
}

/// Make the changes that are due at the start of a block.
pub(crate) fn apply<D: Database>(
    context: &mut ScrollContext<D>,
    forks: &ForkTable,
    place: Place,
) -> Result<(), D::Error> {
    for upgrade in &UPGRADES {
        let Some(activation) = forks.activation(upgrade.fork) else {
            continue;
        };
        let due = match upgrade.marker {
            None => place.number == activation,
            Some(_) if place.time < activation => false,
            Some(marker) => match (oracle::slot(context, marker), place.parent_time) {
                (Ok(made), _) => made != U256::ONE,
                (Err(_), Some(parent)) => parent < activation,
                (Err(missing), None) => return Err(missing),
            },
        };
        if due {
            write(context, upgrade)?;
        }
    }
    Ok(())
}

fn write<D: Database>(context: &mut ScrollContext<D>, upgrade: &Upgrade) -> Result<(), D::Error> {
    let bytes = Bytes::from(hex::decode(upgrade.code.trim_end()).unwrap_or_default());
    let hash = keccak256(&bytes);
    let journal = &mut context.journaled_state;
    journal.load_account(GAS_ORACLE)?;
    journal.set_code_with_hash(GAS_ORACLE, Bytecode::new_raw(bytes), hash);
    for (slot, value) in upgrade.slots {
        journal.sstore(GAS_ORACLE, U256::from(*slot), U256::from(*value))?;
    }
    journal.commit_tx();
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloy_primitives::b256;

    use super::*;

    /// The first two are in the state of every block since.
    #[test]
    fn codes_are_those_of_the_chain() {
        let hashes = [
            b256!("19e0db18cf25c98a25c9e8eac4c99e0653cd8c395303140b41425e9fa3f9bb65"),
            b256!("c0be97aa0ca343d23e56a121da166078248b2ddd5f5c4886213c4d236c0ce9d2"),
            b256!("46c40600a2bb1503cd112d2f7ee5bcd2cffb0e8e01f69ded523459a928339cc6"),
        ];
        for (upgrade, hash) in UPGRADES.iter().zip(hashes) {
            assert_eq!(keccak256(hex::decode(upgrade.code.trim_end()).unwrap()), hash);
        }
    }
}
