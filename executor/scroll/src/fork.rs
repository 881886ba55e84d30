//! Scroll's forks, and when each chain takes them.

use std::fmt;

/// Forks that change execution, in order. Darwin and DarwinV2 changed batches only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fork {
    /// The chain as it began.
    Archimedes,
    Bernoulli,
    Curie,
    /// From here on state is in Merkle-Patricia tries, and not in zktrie.
    Euclid,
    EuclidV2,
    Feynman,
    Galileo,
    GalileoV2,
}

/// The forks after the first, by their names in a request. Curie and those before it come at a block,
/// the others at a time.
const NAMED: [(Fork, &str); 7] = [
    (Fork::Bernoulli, "bernoulli"),
    (Fork::Curie, "curie"),
    (Fork::Euclid, "euclid"),
    (Fork::EuclidV2, "euclid_v2"),
    (Fork::Feynman, "feynman"),
    (Fork::Galileo, "galileo"),
    (Fork::GalileoV2, "galileo_v2"),
];

impl Fork {
    pub(crate) fn name(self) -> &'static str {
        NAMED.iter().find(|(fork, _)| *fork == self).map_or("archimedes", |(_, name)| name)
    }

    fn is_by_number(self) -> bool {
        self <= Self::Curie
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// When a chain takes each fork of `NAMED`: from a block number or a time in seconds; None is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForkTable([Option<u64>; NAMED.len()]);

/// Chains whose forks are known here: id and table.
const KNOWN: [(u64, ForkTable); 2] = [
    (
        534_352,
        ForkTable([
            Some(5_220_340),
            Some(7_096_836),
            Some(1_744_815_600),
            Some(1_745_305_200),
            Some(1_755_576_000),
            Some(1_765_868_400),
            Some(1_766_041_200),
        ]),
    ),
    (
        534_351,
        ForkTable([
            Some(3_747_132),
            Some(4_740_239),
            Some(1_741_680_000),
            Some(1_741_852_800),
            Some(1_753_167_600),
            Some(1_764_054_000),
            Some(1_764_831_600),
        ]),
    ),
];

impl ForkTable {
    /// The table of a chain that is known by its id.
    pub(crate) fn of_chain(id: u64) -> Option<Self> {
        KNOWN.iter().find(|(known, _)| *known == id).map(|(_, table)| *table)
    }

    /// A table of activations by name. Each fork needs those before it, not later than itself.
    pub(crate) fn of_names<'a>(
        given: impl IntoIterator<Item = (&'a str, u64)>,
    ) -> Result<Self, String> {
        let mut table = [None; NAMED.len()];
        for (name, at) in given {
            let index = NAMED.iter().position(|(_, known)| *known == name);
            table[index.ok_or_else(|| format!("there is no fork {name:?}"))?] = Some(at);
        }
        for (earlier, later) in (0..NAMED.len()).zip(1..NAMED.len()) {
            let same_kind = NAMED[earlier].0.is_by_number() == NAMED[later].0.is_by_number();
            let in_order = match (table[earlier], table[later]) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(first), Some(second)) => !same_kind || first <= second,
            };
            if !in_order {
                return Err(format!("fork {} is before {}", NAMED[later].1, NAMED[earlier].1));
            }
        }
        Ok(Self(table))
    }

    /// The latest fork that is active in a block.
    pub(crate) fn at(&self, number: u64, time: u64) -> Fork {
        let active = |(fork, at): &(Fork, Option<u64>)| {
            at.is_some_and(|at| at <= if fork.is_by_number() { number } else { time })
        };
        let forks = NAMED.iter().map(|(fork, _)| *fork).zip(self.0);
        forks.rev().find(active).map_or(Fork::Archimedes, |(fork, _)| fork)
    }

    /// The block or the time of a fork's activation.
    pub(crate) fn activation(&self, fork: Fork) -> Option<u64> {
        let index = NAMED.iter().position(|(known, _)| *known == fork)?;
        self.0[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fork_begins_at_its_block_or_time() {
        let mainnet = ForkTable::of_chain(534_352).unwrap();
        for (number, time, fork) in [
            (0, 0, Fork::Archimedes),
            (5_220_339, 1_700_000_000, Fork::Archimedes),
            (5_220_340, 1_700_000_000, Fork::Bernoulli),
            (7_096_835, 1_720_000_000, Fork::Bernoulli),
            (7_096_836, 1_720_000_000, Fork::Curie),
            (14_000_000, 1_744_815_599, Fork::Curie),
            (14_000_000, 1_744_815_600, Fork::Euclid),
            (14_000_000, 1_745_305_199, Fork::Euclid),
            (14_000_000, 1_745_305_200, Fork::EuclidV2),
            (19_000_000, 1_755_575_999, Fork::EuclidV2),
            (19_000_000, 1_755_576_000, Fork::Feynman),
            (24_000_000, 1_765_868_399, Fork::Feynman),
            (24_000_000, 1_765_868_400, Fork::Galileo),
            (24_000_000, 1_766_041_199, Fork::Galileo),
            (24_000_000, 1_766_041_200, Fork::GalileoV2),
        ] {
            assert_eq!(mainnet.at(number, time), fork, "block {number} at {time}");
        }
    }

    #[test]
    fn each_fork_of_sepolia_begins_at_its_block_or_time() {
        let sepolia = ForkTable::of_chain(534_351).unwrap();
        for (number, time, fork) in [
            (3_747_131, 1_700_000_000, Fork::Archimedes),
            (3_747_132, 1_700_000_000, Fork::Bernoulli),
            (4_740_238, 1_700_000_000, Fork::Bernoulli),
            (4_740_239, 1_700_000_000, Fork::Curie),
            (8_000_000, 1_741_679_999, Fork::Curie),
            (8_000_000, 1_741_680_000, Fork::Euclid),
            (8_000_000, 1_741_852_799, Fork::Euclid),
            (8_000_000, 1_741_852_800, Fork::EuclidV2),
            (9_000_000, 1_753_167_599, Fork::EuclidV2),
            (9_000_000, 1_753_167_600, Fork::Feynman),
            (9_000_000, 1_764_053_999, Fork::Feynman),
            (9_000_000, 1_764_054_000, Fork::Galileo),
            (9_000_000, 1_764_831_599, Fork::Galileo),
            (9_000_000, 1_764_831_600, Fork::GalileoV2),
        ] {
            assert_eq!(sepolia.at(number, time), fork, "block {number} at {time}");
        }
    }

    #[test]
    fn chains_that_nobody_knows_have_no_table() {
        for id in [0, 1, 333_333, 534_353, u64::MAX] {
            assert_eq!(ForkTable::of_chain(id), None);
        }
    }

    #[test]
    fn table_by_names_ends_where_they_end() {
        let forks = [("bernoulli", 0), ("curie", 0), ("euclid", 0), ("euclid_v2", 5)];
        let table = ForkTable::of_names(forks).unwrap();

        assert_eq!(table.at(0, 4), Fork::Euclid);
        assert_eq!(table.at(9, u64::MAX), Fork::EuclidV2);
    }

    #[test]
    fn tables_with_holes_unknown_names_and_wrong_order_are_refused() {
        for forks in [
            &[("curie", 0)][..],
            &[("bernoulli", 0), ("euclid", 0)],
            &[("bernoulli", 2), ("curie", 1)],
            &[("bernoulli", 0), ("curie", 0), ("euclid", 2), ("euclid_v2", 1)],
            &[("darwin", 0)],
        ] {
            assert!(ForkTable::of_names(forks.iter().copied()).is_err(), "{forks:?}");
        }
    }
}
