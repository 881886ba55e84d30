use super::*;
use crate::field::{P, TWO_ADIC_GENERATOR, TWO_ADICITY, multiply, power};
use crate::random::Random;

struct Given {
    log_height: u32,
    columns: Vec<Vec<u32>>,
}

impl Given {
    fn random(log_height: u32, count: usize, seed: u64) -> Self {
        let mut random = Random(seed);
        let mut column = || (0..1 << log_height).map(|_| random.element()).collect();
        Self { log_height, columns: (0..count).map(|_| column()).collect() }
    }
}

impl Columns for Given {
    fn log_height(&self) -> u32 {
        self.log_height
    }

    fn count(&self) -> usize {
        self.columns.len()
    }

    fn write(&self, index: usize, into: &mut [u32]) {
        into.copy_from_slice(&self.columns[index]);
    }
}

/// The polynomial's value, by Horner's rule.
fn value(coefficients: &[u32], point: u32) -> u32 {
    coefficients.iter().rev().fold(0, |sum, coefficient| {
        ((u64::from(multiply(sum, point)) + u64::from(*coefficient)) % u64::from(P)) as u32
    })
}

/// The root straight from its definition.
fn plain_root(columns: &Given) -> Digest {
    let log_rows = columns.log_height + 2;
    let generator = power(TWO_ADIC_GENERATOR, 1 << (TWO_ADICITY - log_rows));
    let mut level: Vec<Digest> = (0..1_u32 << log_rows)
        .map(|row| {
            let exponent = row.reverse_bits() >> (32 - log_rows);
            let point = power(generator, exponent.into());
            let words = columns.columns.iter().map(|column| value(column, point));
            canonical(poseidon2_hash(words.map(SP1Field::from_canonical_u32).collect()))
        })
        .collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| compress(pair[0], pair[1])).collect();
    }
    level[0]
}

#[test]
fn root_is_as_defined_for_1_to_17_columns_on_every_kernel() {
    for count in 1..=17 {
        let columns = Given::random(8, count, count as u64);
        let expected = plain_root(&columns);
        for kernel in Kernel::available() {
            assert_eq!(root(&columns, kernel), expected, "{count} columns, {kernel:?}");
        }
    }
}

#[test]
fn root_of_edge_columns_is_as_defined() {
    for value in [0, 1, P - 1] {
        let columns = Given { log_height: 8, columns: vec![vec![value; 256]; 9] };
        for kernel in Kernel::available() {
            assert_eq!(root(&columns, kernel), plain_root(&columns), "{value}, {kernel:?}");
        }
    }
}

#[test]
fn root_depends_on_every_column_and_on_its_order() {
    let mut columns = Given::random(8, 9, 5);
    let before = root(&columns, Kernel::best());
    columns.columns[8][63] ^= 1;
    let changed = root(&columns, Kernel::best());
    columns.columns.swap(0, 8);

    assert_ne!(before, changed);
    assert_ne!(root(&columns, Kernel::best()), changed);
}

#[test]
fn kernels_agree_on_columns_of_several_chunks() {
    for (log_height, count) in [(14, 2), (15, 3), (17, 1)] {
        let columns = Given::random(log_height, count, 4);
        let expected = root(&columns, Kernel::best());
        for kernel in Kernel::available() {
            assert_eq!(root(&columns, kernel), expected, "2^{log_height}, {kernel:?}");
        }
    }
}

#[test]
fn root_of_several_chunks_is_as_defined() {
    // Few coefficients that are not zero keep the definition affordable.
    let mut column = vec![0; 1 << 15];
    column[..3].copy_from_slice(&[7, P - 3, 11]);
    let short = Given { log_height: 15, columns: vec![column] };
    let log_rows = 17;
    let generator = power(TWO_ADIC_GENERATOR, 1 << (TWO_ADICITY - log_rows));
    let mut level: Vec<Digest> = (0..1_u32 << log_rows)
        .map(|row| {
            let point = power(generator, (row.reverse_bits() >> (32 - log_rows)).into());
            let word = value(&short.columns[0][..3], point);
            canonical(poseidon2_hash(vec![SP1Field::from_canonical_u32(word)]))
        })
        .collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| compress(pair[0], pair[1])).collect();
    }

    assert_eq!(root(&short, Kernel::best()), level[0]);
}
