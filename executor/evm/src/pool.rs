//! Trie nodes and codes of a witness, by their hashes.

use std::cell::RefCell;

use alloy_primitives::map::B256Map;
use alloy_primitives::{B256, KECCAK256_EMPTY};
use revm::bytecode::Bytecode;

use crate::code::analyzed;
use crate::hashes::keccak_all;
use crate::witness_error::{Place, WitnessError};

/// Longer than any node of a state: a branch of 16 hashes has 532 bytes, a leaf of an account fewer.
const MAX_NODE_BYTES: usize = 1024;
/// Longer than any code: the limit of EIP-170 is 24,576, and some development chains double it.
const MAX_CODE_BYTES: usize = 1 << 16;
const LENGTH_BYTES: usize = 4;

/// The parts of a blob: each u32 BE length ‖ bytes.
pub struct Pool<'a>(&'a [u8]);

impl<'a> Pool<'a> {
    pub fn new(blob: &'a [u8]) -> Self {
        Self(blob)
    }
}

impl<'a> Iterator for Pool<'a> {
    /// A part, or nothing where the blob ends within one.
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some((length, rest)) = self.0.split_first_chunk::<LENGTH_BYTES>() else {
            self.0 = &[];
            return Some(None);
        };
        let part = rest.split_at_checked(u32::from_be_bytes(*length) as usize);
        self.0 = part.map_or(&[], |(_, rest)| rest);
        Some(part.map(|(part, _)| part))
    }
}

/// Nodes and codes of these bytes, hashed together: so few long codes do not wait for each other.
/// What is too long for a node or a code is none.
pub fn hashed<'a>(
    nodes: impl IntoIterator<Item = &'a [u8]>,
    codes: impl IntoIterator<Item = &'a [u8]>,
) -> (Nodes<'a>, Codes<'a>) {
    let mut all: Vec<&[u8]> =
        nodes.into_iter().filter(|node| node.len() <= MAX_NODE_BYTES).collect();
    let count = all.len();
    all.extend(codes.into_iter().filter(|code| code.len() <= MAX_CODE_BYTES));
    let mut pairs = keccak_all(&all).into_iter().zip(all);
    let nodes = Nodes(pairs.by_ref().take(count).collect());
    (nodes, Codes { raw: pairs.collect(), analyzed: RefCell::default() })
}

/// Trie nodes by hash.
#[derive(Default)]
pub struct Nodes<'a>(B256Map<&'a [u8]>);

impl<'a> Nodes<'a> {
    /// Of these bytes. What is too long for a node is none.
    pub fn new(nodes: impl IntoIterator<Item = &'a [u8]>) -> Self {
        hashed(nodes, []).0
    }

    pub(crate) fn get(&self, hash: B256) -> Result<&'a [u8], WitnessError> {
        self.0
            .get(&hash)
            .copied()
            .ok_or(WitnessError::MissingNode { hash, place: Place::default() })
    }
}

/// Codes by hash, each analyzed when it is first called.
#[derive(Default)]
pub struct Codes<'a> {
    raw: B256Map<&'a [u8]>,
    analyzed: RefCell<B256Map<Bytecode>>,
}

impl<'a> Codes<'a> {
    /// Of these bytes. What is too long for a code is none.
    pub fn new(codes: impl IntoIterator<Item = &'a [u8]>) -> Self {
        hashed([], codes).1
    }

    /// Add code that execution has made.
    pub(crate) fn add(&self, hash: B256, code: &Bytecode) {
        self.analyzed.borrow_mut().entry(hash).or_insert_with(|| code.clone());
    }

    /// The code of this hash.
    pub fn get(&self, hash: B256) -> Result<Bytecode, WitnessError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.analyzed.borrow().get(&hash) {
            return Ok(code.clone());
        }
        let missing = WitnessError::MissingCode { hash, place: Place::default() };
        let malformed = WitnessError::Malformed { hash, why: "a code that no EVM takes" };
        let code = analyzed(self.raw.get(&hash).ok_or(missing)?).map_err(|_| malformed)?;
        self.analyzed.borrow_mut().insert(hash, code.clone());
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    #[test]
    fn parts_are_read_until_the_end() {
        let parts: Vec<_> = Pool::new(b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c").collect();

        assert_eq!(parts, [Some(&b"ab"[..]), Some(b""), Some(b"c")]);
    }

    #[test]
    fn parts_that_end_early_are_told() {
        for blob in [&b"\0\0\0"[..], b"\0\0\0\x02a", b"\xff\xff\xff\xffab"] {
            assert_eq!(Pool::new(blob).collect::<Vec<_>>(), [None]);
        }
    }

    #[test]
    fn bytes_too_long_for_a_node_are_none() {
        let (short, long) = ([7; MAX_NODE_BYTES], [7; MAX_NODE_BYTES + 1]);
        let nodes = Nodes::new([&short[..], &long]);

        assert_eq!(nodes.get(keccak256(short)), Ok(&short[..]));
        assert!(nodes.get(keccak256(long)).is_err());
    }

    #[test]
    fn bytes_too_long_for_a_code_are_none() {
        let (short, long) = (vec![0; MAX_CODE_BYTES], vec![0; MAX_CODE_BYTES + 1]);
        let codes = Codes::new([&short[..], &long]);

        assert!(codes.get(keccak256(&short)).is_ok());
        assert!(matches!(codes.get(keccak256(&long)), Err(WitnessError::MissingCode { .. })));
    }

    #[test]
    fn code_is_found_by_its_hash_alone() {
        let codes = Codes::new([&b"\x60\x00"[..]]);

        assert_eq!(
            codes.get(keccak256(b"\x60\x00")).unwrap().original_bytes().as_ref(),
            b"\x60\x00"
        );
        assert!(matches!(codes.get(B256::ZERO), Err(WitnessError::MissingCode { .. })));
        assert!(codes.get(KECCAK256_EMPTY).unwrap().is_empty());
    }
}
