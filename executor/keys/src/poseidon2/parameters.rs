//! The sizes of this instance of Poseidon2.

pub(super) const WIDTH: usize = 16;
/// A digest's length, and what a sponge absorbs at once.
pub(crate) const RATE: usize = 8;
/// A block of the external matrix: words that are multiplied apart from others.
pub(crate) const FEW: usize = 4;
pub(super) const EXTERNAL_ROUNDS: usize = 8;
pub(super) const INTERNAL_ROUNDS: usize = 20;

/// A state, each word of `WIDTH` a vector. Words are signed in Montgomery form between calls.
pub(crate) type State<T> = [T; WIDTH];
