//! The commitment to the preprocessed tables.
//!
//! Source: `commit_multilinears` of slop-jagged and slop-stacked: the tables, column after column,
//! are one long polynomial, cut into columns of 2^21 coefficients. The Merkle root over their code
//! words is hashed with the tables' shapes, so that nobody can cut them differently.

mod codeword;
mod tree;

use slop_algebra::{AbstractField, PrimeField32};
use slop_symmetric::Permutation;
use sp1_primitives::{SP1Field, SP1Perm, poseidon2_hash, poseidon2_init};

use crate::columns::{Columns, LOG_HEIGHT};
use crate::kernel::{Kernel, Work};
use crate::lanes::Lanes;
use crate::poseidon2::Constants;
use crate::tables::Tables;
use crate::threads::share;
use codeword::{QUARTERS, Twiddles};
pub(crate) use tree::Digest;

/// 2 to the power of `CORE_MAX_LOG_ROW_COUNT` of sp1-prover 6.10.0, components.rs.
const MAX_ROWS: usize = 1 << 22;
/// Words of a column that are transformed, turned into lanes and hashed while they are cached.
const LOG_CHUNK: u32 = 14;

/// The commitment to `tables`: root and shapes.
pub(crate) fn commitment(tables: &Tables, kernel: Kernel) -> Digest {
    let padding = (tables.count() << LOG_HEIGHT) - tables.area();
    let padding_columns = padding.div_ceil(MAX_ROWS).max(1);
    let padding_rows = padding - (padding_columns - 1) * MAX_ROWS;
    let rows = tables.shapes().map(|(rows, _)| rows);
    let widths = tables.shapes().map(|(_, width)| width);
    let shape: Vec<_> = [rows.len() + 2]
        .into_iter()
        .chain(rows.into_iter().chain([MAX_ROWS, padding_rows]))
        .chain(widths.into_iter().chain([padding_columns - 1, 1]))
        .map(SP1Field::from_canonical_usize)
        .collect();
    let inner = compress(root(tables, kernel), tree_shape(tables));
    compress(inner, canonical(poseidon2_hash(shape)))
}

/// Height and width of the Merkle tree's matrix, hashed (slop-merkle-tree, p3sync.rs).
fn tree_shape(columns: &impl Columns) -> Digest {
    let height = SP1Field::from_canonical_u32(columns.log_height() + 2);
    canonical(poseidon2_hash(vec![height, SP1Field::from_canonical_usize(columns.count())]))
}

/// The Merkle root over the code words of `columns`.
fn root(columns: &impl Columns, kernel: Kernel) -> Digest {
    let log_height = columns.log_height();
    let (levels, twiddles) = (Constants::chain(tree::MAX_HEIGHT), Twiddles::new(log_height));
    let roots = QUARTERS * kernel.run(RootsOfQuarter(log_height));
    let mut digests = vec![Digest::default(); roots];
    let jobs = digests.chunks_mut(roots / QUARTERS).enumerate().collect();
    share(jobs, |(quarter, roots): (usize, &mut [Digest])| {
        let (levels, twiddles) = (&levels, &twiddles);
        kernel.run(Quarter { columns, quarter, levels, twiddles, roots });
    });
    let permutation = poseidon2_init();
    while digests.len() > 1 {
        let pairs = digests.as_chunks::<2>().0.iter();
        digests = pairs.map(|[left, right]| permuted(&permutation, *left, *right)).collect();
    }
    digests[0]
}

/// How many subtrees a quarter of the code words is hashed to.
struct RootsOfQuarter(u32);

impl Work for RootsOfQuarter {
    type Output = usize;

    #[inline(always)]
    fn run<T: Lanes>(self) -> usize {
        T::WIDTH << self.0 >> self.0.min(LOG_CHUNK)
    }
}

/// Encode one quarter of all columns and hash it to its subtrees' roots.
struct Quarter<'a, C> {
    columns: &'a C,
    quarter: usize,
    levels: &'a [Constants],
    twiddles: &'a Twiddles,
    roots: &'a mut [Digest],
}

impl<C: Columns> Work for Quarter<'_, C> {
    type Output = ();

    #[inline(always)]
    fn run<T: Lanes>(self) {
        let log_height = self.columns.log_height();
        let chunk = 1 << log_height.min(LOG_CHUNK);
        // Blocks that are turned into lanes are at least a vector long.
        assert!(chunk >= T::WIDTH * T::WIDTH, "columns are too short for this kernel");
        let shift = codeword::coset_shift(self.quarter, log_height);
        let mut columns = vec![vec![0; 1 << log_height]; self.columns.count()];
        for (index, column) in columns.iter_mut().enumerate() {
            self.columns.write(index, column);
            codeword::shift_coefficients::<T>(column, shift);
            codeword::transform_to_blocks::<T>(column, chunk, self.twiddles);
        }
        let mut lanes = vec![vec![T::splat(0); chunk / T::WIDTH]; columns.len()];
        for (index, roots) in self.roots.chunks_exact_mut(T::WIDTH).enumerate() {
            for (column, lanes) in columns.iter_mut().zip(&mut lanes) {
                let words = &mut column[index * chunk..][..chunk];
                codeword::transform_to_blocks::<T>(words, lanes.len(), self.twiddles);
                codeword::blocks_to_lanes(words, lanes);
                codeword::transform_lanes(lanes, self.twiddles);
            }
            tree::subtrees(&lanes, self.levels, roots);
        }
    }
}

/// The truncated permutation of two digests.
fn compress(left: Digest, right: Digest) -> Digest {
    permuted(&poseidon2_init(), left, right)
}

fn permuted(permutation: &SP1Perm, left: Digest, right: Digest) -> Digest {
    let words: [u32; 16] = std::array::from_fn(|i| if i < 8 { left[i] } else { right[i - 8] });
    let state = permutation.permute(words.map(SP1Field::from_canonical_u32));
    canonical(std::array::from_fn(|index| state[index]))
}

fn canonical(digest: [SP1Field; 8]) -> Digest {
    digest.map(|word| word.as_canonical_u32())
}

#[cfg(test)]
mod tests;
