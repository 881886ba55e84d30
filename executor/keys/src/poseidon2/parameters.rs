//! The sizes of this instance of Poseidon2.

pub const WIDTH: usize = 16;
/// A digest's length, and what a sponge absorbs at once.
pub const RATE: usize = 8;
pub const EXTERNAL_ROUNDS: usize = 8;
pub const INTERNAL_ROUNDS: usize = 20;

/// A state, each word of `WIDTH` a vector. Words are signed in Montgomery form between calls.
pub type State<T> = [T; WIDTH];
