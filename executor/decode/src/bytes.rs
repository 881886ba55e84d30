//! Arrays of numbers from 0 to 255, which are bytes here as soon as they are read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

/// The most entries of a stdin.
pub const MAX_ENTRIES: usize = 4096;

/// `[u8, …]`, as serde reads a `Vec<u8>`.
#[derive(Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl<'de> Visitor<'de> for Numbers {
            type Value = Bytes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a sequence of bytes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = numbers.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_seq(Numbers)
    }
}

/// `[[u8, …], …]`, at most `MAX_ENTRIES` of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Entries(pub Vec<Bytes>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists;

        impl<'de> Visitor<'de> for Lists {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a sequence of sequences of bytes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut lists: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = lists.next_element()? {
                    if entries.len() == MAX_ENTRIES {
                        let most = format!("stdin.buffer has more than {MAX_ENTRIES} entries");
                        return Err(A::Error::custom(most));
                    }
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_seq(Lists)
    }
}

/// `[]`. Upstream takes proofs of other programs; execution does not check them.
#[derive(Debug)]
pub(crate) struct NoProofs;

impl<'de> Deserialize<'de> for NoProofs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Nothing;

        impl<'de> Visitor<'de> for Nothing {
            type Value = NoProofs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an empty sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut proofs: A) -> Result<NoProofs, A::Error> {
                match proofs.next_element::<IgnoredAny>()? {
                    None => Ok(NoProofs),
                    Some(_) => Err(A::Error::custom(
                        "stdin.proofs is not empty: proofs inside of proofs are not supported",
                    )),
                }
            }
        }

        deserializer.deserialize_seq(Nothing)
    }
}
