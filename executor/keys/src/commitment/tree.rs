//! The Merkle tree over the rows of code words.
//!
//! Source: slop-merkle-tree: a leaf is the sponge hash of one row (`PaddingFreeSponge`), a node is
//! the truncated permutation of its two children (`TruncatedPermutation`).

use crate::lanes::Lanes;
use crate::modular::reduce;
use crate::poseidon2::{Constants, FEW, Permute, PermuteFew, RATE, State, unscale};

pub(crate) type Digest = [u32; RATE];

/// Levels that a subtree can have.
pub(super) const MAX_HEIGHT: usize = 24;

/// The roots of one subtree per lane. `columns[c][i]` is word c of row i, in Montgomery form; the
/// number of rows is a power of two, and `levels` a chain of constants: those of leaves, of their
/// parents, and so on. Depth first: no level is ever stored.
#[inline(always)]
pub(super) fn subtrees<T: Lanes>(columns: &[Vec<T>], levels: &[Constants], roots: &mut [Digest]) {
    let mut left = [[T::splat(0); RATE]; MAX_HEIGHT];
    let rows = columns[0].len();
    for row in 0..rows {
        let mut digest = leaf(columns, row, &levels[0]);
        // A one at the end of the row's number says that a left sibling waits.
        let height = row.trailing_ones() as usize;
        for (sibling, constants) in left[..height].iter().zip(&levels[1..]) {
            digest = node(sibling, &digest, constants);
        }
        left[height] = digest;
    }
    let height = rows.trailing_zeros() as usize;
    let root = left[height];
    for (word, vector) in root.into_iter().enumerate() {
        let lanes = reduce(vector).to_array();
        for (digest, lane) in roots.iter_mut().zip(&lanes[..T::WIDTH]) {
            digest[word] = levels[height].canonical(*lane);
        }
    }
}

#[inline(always)]
fn leaf<T: Lanes>(columns: &[Vec<T>], row: usize, constants: &Constants) -> [T; RATE] {
    let mut state = [T::splat(0); 16];
    for (index, group) in columns.chunks(RATE).enumerate() {
        if index > 0 {
            unscale(&mut state, constants);
        }
        // The sponge overwrites: a short last group leaves the words after it.
        for (word, column) in state.iter_mut().zip(group) {
            *word = column[row];
        }
        if columns.len() <= FEW {
            T::outlined(PermuteFew { state: &mut state, constants });
        } else {
            T::outlined(Permute { state: &mut state, constants });
        }
    }
    first_half(&state)
}

#[inline(always)]
fn node<T: Lanes>(left: &[T; RATE], right: &[T; RATE], constants: &Constants) -> [T; RATE] {
    let mut state = [T::splat(0); 16];
    state[..RATE].copy_from_slice(left);
    state[RATE..].copy_from_slice(right);
    T::outlined(Permute { state: &mut state, constants });
    first_half(&state)
}

#[inline(always)]
fn first_half<T: Lanes>(state: &State<T>) -> [T; RATE] {
    let mut half = [T::splat(0); RATE];
    half.copy_from_slice(&state[..RATE]);
    half
}
