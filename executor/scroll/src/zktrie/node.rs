//! Nodes of the zktrie as a trace has them, and their hashes.
//!
//! ```text
//! branch 6 ‖ left ‖ right             both children end a path
//!        7 ‖ left ‖ right             the left one does
//!        8 ‖ left ‖ right             the right one does
//!        9 ‖ left ‖ right             neither does
//! leaf   4 ‖ key ‖ form ‖ words ‖ …   form: u32 LE, flags << 8 | number of words
//! empty  5
//! ```
//!
//! Hashes and keys are 32 bytes, big-endian. After a leaf's words comes what its key is the hash of,
//! which no hash commits to. Types 0 to 3 are of before the chain began.

use ark_bn254::Fr;

use super::poseidon::{Poseidon, element};

pub(super) const LEAF: u8 = 4;
const BOTH_END: u8 = 6;
const LEFT_ENDS: u8 = 7;
const RIGHT_ENDS: u8 = 8;
const NEITHER_ENDS: u8 = 9;
const WORD_BYTES: usize = 32;
/// Leaves of accounts and of slots.
pub(super) const ACCOUNT_FORM: u32 = 0x0805;
pub(super) const SLOT_FORM: u32 = 0x0101;
const FORMS: [u32; 2] = [ACCOUNT_FORM, SLOT_FORM];
/// Below it is the number of words, above it a bit for each word that is hashed by halves, as it may be
/// no element.
const FLAG_SHIFT: u32 = 8;
/// Domain of one or two words, and what each more of them adds.
const WORDS_DOMAIN: u64 = 512;
const DOMAIN_STEP: u64 = 256;

pub(super) type Word = [u8; WORD_BYTES];

/// A node's bytes, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    /// Children, left and right, and of each whether it ends a path.
    Branch([(Fr, bool); 2]),
    Leaf {
        key: Fr,
        form: u32,
        words: &'a [Word],
    },
}

/// What the value of a leaf is made of: the only form of it that is taken.
pub(super) trait Value: Sized {
    /// Flags << 8 | number of words.
    const FORM: u32;
    fn from_words(words: &[Word]) -> Option<Self>;
    fn words(&self) -> impl AsRef<[Word]>;
}

impl<'a> Parsed<'a> {
    /// None for what is no node of a state, for one whose hash is that of other bytes, too, and for the
    /// empty node, which nobody has to read.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        let (words, tail) = rest.as_chunks::<WORD_BYTES>();
        match (kind, words, tail) {
            (BOTH_END..=NEITHER_ENDS, [left, right], []) => {
                let left = (element(left)?, matches!(kind, BOTH_END | LEFT_ENDS));
                let right = (element(right)?, matches!(kind, BOTH_END | RIGHT_ENDS));
                Some(Self::Branch([left, right]))
            }
            (LEAF, [key, ..], _) => {
                let (form, rest) = rest[WORD_BYTES..].split_first_chunk::<4>()?;
                let form = u32::from_le_bytes(*form);
                let (words, _) = rest.as_chunks::<WORD_BYTES>();
                let count = FORMS.into_iter().find(|known| *known == form)? & 0xff;
                let words = words.get(..count as usize)?;
                Some(Self::Leaf { key: element(key)?, form, words })
            }
            _ => None,
        }
    }

    /// None where a word is no element and must be one.
    pub(super) fn hash(&self, poseidon: &Poseidon) -> Option<Fr> {
        match *self {
            Self::Branch([left, right]) => Some(branch_hash(poseidon, left, right)),
            Self::Leaf { key, form, words } => {
                Some(leaf_hash(poseidon, key, words_hash(poseidon, form, words)?))
            }
        }
    }
}

/// Of each child its hash, and whether it ends a path.
pub(super) fn branch_hash(poseidon: &Poseidon, left: (Fr, bool), right: (Fr, bool)) -> Fr {
    let kind = match (left.1, right.1) {
        (true, true) => BOTH_END,
        (true, false) => LEFT_ENDS,
        (false, true) => RIGHT_ENDS,
        (false, false) => NEITHER_ENDS,
    };
    poseidon.hash(left.0, right.0, kind.into())
}

pub(super) fn leaf_hash(poseidon: &Poseidon, key: Fr, value: Fr) -> Fr {
    poseidon.hash(key, value, LEAF.into())
}

/// The hash of a leaf's words: pairs are hashed until one is left, all in one domain.
pub(super) fn words_hash(poseidon: &Poseidon, form: u32, words: &[Word]) -> Option<Fr> {
    let mut elements = words
        .iter()
        .enumerate()
        .map(|(index, word)| match form >> FLAG_SHIFT >> index & 1 {
            1 => Some(poseidon.hash_word(word)),
            _ => element(word),
        })
        .collect::<Option<Vec<Fr>>>()?;
    let domain = WORDS_DOMAIN + DOMAIN_STEP * (elements.len() as u64).saturating_sub(2);
    while elements.len() > 1 {
        let pair = |pair: &[Fr]| match *pair {
            [left, right] => Some(poseidon.hash(left, right, domain)),
            [one] => Some(one),
            _ => None,
        };
        elements = elements.chunks(2).map(pair).collect::<Option<_>>()?;
    }
    elements.first().copied()
}
