//! Poseidon over BN254's scalar field as zktrie has it: width 3, x^5, 8 full and 57 partial rounds.
//!
//! The constants are circomlib's, by light-poseidon, which gives a hash but not the whole state after
//! a permutation: codes need that. Partial rounds are transformed as in appendix B of the paper
//! (<https://eprint.iacr.org/2019/458>): their matrices become sparse, and their constants one each.

use alloy_primitives::B256;
use ark_bn254::Fr;
use ark_ff::{BigInt, Field, PrimeField, Zero};
use light_poseidon::parameters::bn254_x5::get_poseidon_parameters;

const WIDTH: usize = 3;
const HALF_FULL_ROUNDS: usize = 4;
const PARTIAL_ROUNDS: usize = 57;
/// Of a hash of 32 bytes in two halves.
const WORD_DOMAIN: u64 = 512;
/// What one element takes of a code.
const CODE_CHUNK_BYTES: usize = 31;

type State = [Fr; WIDTH];
type Matrix = [[Fr; WIDTH]; WIDTH];

/// A partial round: one constant, and a matrix that is 1 below the first row and column.
struct Partial {
    constant: Fr,
    row: [Fr; WIDTH],
    column: [Fr; WIDTH - 1],
}

/// The permutation.
pub(crate) struct Poseidon {
    /// Of full rounds, those after the partial ones included.
    constants: [State; 2 * HALF_FULL_ROUNDS],
    matrix: Matrix,
    /// Of the last full round before the partial ones.
    into_partial: Matrix,
    partial: Vec<Partial>,
}

impl Poseidon {
    /// None if the constants are not of this width.
    pub(crate) fn new() -> Option<Self> {
        let parameters = get_poseidon_parameters::<Fr>(WIDTH as u8).ok()?;
        let rounds: Vec<State> = parameters.ark.as_chunks().0.to_vec();
        let rows: Vec<State> = parameters
            .mds
            .iter()
            .map(|row| row.as_slice().try_into().ok())
            .collect::<Option<_>>()?;
        let matrix: Matrix = rows.try_into().ok()?;
        let (first, rest) = rounds.split_at_checked(HALF_FULL_ROUNDS)?;
        let (partial, last) = rest.split_at_checked(PARTIAL_ROUNDS)?;
        let (into_partial, partial, carried) = sparse(matrix, partial)?;
        let mut constants: [State; 2 * HALF_FULL_ROUNDS] =
            [first, last].concat().try_into().ok()?;
        add(&mut constants[HALF_FULL_ROUNDS], &carried);
        Some(Self { constants, matrix, into_partial, partial })
    }

    fn permute(&self, state: &mut State) {
        let (first, last) = self.constants.split_at(HALF_FULL_ROUNDS);
        for (index, constants) in first.iter().enumerate() {
            let is_last = index + 1 == HALF_FULL_ROUNDS;
            full_round(state, constants, if is_last { &self.into_partial } else { &self.matrix });
        }
        for Partial { constant, row, column } in &self.partial {
            state[0] = fifth_power(state[0] + constant);
            let [head, ..] = *state;
            state[0] = Fr::sum_of_products(row, state);
            state[1] += head * column[0];
            state[2] += head * column[1];
        }
        for constants in last {
            full_round(state, constants, &self.matrix);
        }
    }

    /// The hash of two elements; `domain` tells what they are.
    pub(crate) fn hash(&self, left: Fr, right: Fr, domain: u64) -> Fr {
        let mut state = [Fr::from(domain), left, right];
        self.permute(&mut state);
        state[0]
    }

    /// The hash of 32 bytes, which need not be an element.
    pub(crate) fn hash_word(&self, word: &[u8; 32]) -> Fr {
        let half =
            |bytes: &[u8]| bytes.iter().fold(0, |sum: u128, byte| sum << 8 | u128::from(*byte));
        let (left, right) = word.split_at(16);
        self.hash(Fr::from(half(left)), Fr::from(half(right)), WORD_DOMAIN)
    }

    /// The hash of a contract's code: a sponge that begins with the code's length.
    pub(crate) fn hash_code(&self, code: &[u8]) -> Fr {
        let mut state = [Fr::from((code.len() as u128) << 64), Fr::zero(), Fr::zero()];
        for pair in code.chunks(2 * CODE_CHUNK_BYTES) {
            for (place, chunk) in pair.chunks(CODE_CHUNK_BYTES).enumerate() {
                let mut padded = [0; CODE_CHUNK_BYTES];
                padded[..chunk.len()].copy_from_slice(chunk);
                state[1 + place] += Fr::from_be_bytes_mod_order(&padded);
            }
            self.permute(&mut state);
        }
        if code.is_empty() {
            self.permute(&mut state);
        }
        state[0]
    }
}

/// An element from its 32 bytes, big-endian; None where they are not below the field's order.
pub(crate) fn element(word: &[u8; 32]) -> Option<Fr> {
    Fr::from_bigint(integer(word))
}

pub(crate) fn integer(word: &[u8; 32]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, bytes) in limbs.iter_mut().rev().zip(word.as_chunks::<8>().0) {
        *limb = u64::from_be_bytes(*bytes);
    }
    BigInt::new(limbs)
}

/// The 32 bytes of an element, big-endian.
pub(crate) fn word(element: Fr) -> B256 {
    let mut word = B256::ZERO;
    let limbs = element.into_bigint().0;
    for (bytes, limb) in word.as_chunks_mut::<8>().0.iter_mut().zip(limbs.iter().rev()) {
        *bytes = limb.to_be_bytes();
    }
    word
}

fn full_round(state: &mut State, constants: &State, matrix: &Matrix) {
    add(state, constants);
    *state = times(matrix, &state.map(fifth_power));
}

fn fifth_power(element: Fr) -> Fr {
    element.square().square() * element
}

fn add(state: &mut State, more: &State) {
    state.iter_mut().zip(more).for_each(|(element, more)| *element += more);
}

fn times(matrix: &Matrix, state: &State) -> State {
    matrix.map(|row| Fr::sum_of_products(&row, state))
}

/// The matrix before the partial rounds, the partial rounds, and what they add to the constants of
/// the round after them.
///
/// A round's matrix is N·D, where D leaves the first element as it is and N is sparse. D goes before
/// the round's power, which is of the first element alone, and so into the matrix of the round before;
/// what its constant adds to the other elements goes after it.
fn sparse(matrix: Matrix, constants: &[State]) -> Option<(Matrix, Vec<Partial>, State)> {
    let mut before = matrix;
    let mut rounds = Vec::with_capacity(constants.len());
    for constants in constants.iter().rev() {
        let [[corner, upper @ ..], [low_1, a, b], [low_2, c, d]] = before;
        let scale = (a * d - b * c).inverse()?;
        let row =
            [corner, (upper[0] * d - upper[1] * c) * scale, (upper[1] * a - upper[0] * b) * scale];
        let one = Fr::from(1u64);
        let left = [[one, Fr::zero(), Fr::zero()], [Fr::zero(), a, b], [Fr::zero(), c, d]];
        rounds.push((times(&left, constants), row, [low_1, low_2]));
        before = product(&left, &matrix);
    }
    let mut carried = [Fr::zero(); WIDTH];
    let mut partial = Vec::with_capacity(rounds.len());
    for (mut constants, row, column) in rounds.into_iter().rev() {
        add(&mut constants, &carried);
        let [constant, first, second] = constants;
        carried = [row[1] * first + row[2] * second, first, second];
        partial.push(Partial { constant, row, column });
    }
    Some((before, partial, carried))
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    let columns = [0, 1, 2].map(|index| right.map(|row| row[index]));
    left.map(|row| columns.map(|column| Fr::sum_of_products(&row, &column)))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::b256;
    use light_poseidon::{Poseidon as Reference, PoseidonHasher};

    use super::*;

    #[test]
    fn hashes_are_those_of_another_implementation_in_every_domain() {
        let poseidon = Poseidon::new().unwrap();
        for seed in 0..50u64 {
            let [left, right] = [3, 7].map(|power| Fr::from(seed).pow([power]) - Fr::from(seed));
            let tag = Fr::from(seed * 256);
            let mut reference = Reference::<Fr>::with_domain_tag_circom(2, tag).unwrap();
            let expected = reference.hash(&[left, right]).unwrap();
            assert_eq!(poseidon.hash(left, right, seed * 256), expected);
        }
    }

    #[test]
    fn hash_of_one_and_two_is_circomlibs() {
        let hash = Poseidon::new().unwrap().hash(Fr::from(1), Fr::from(2), 0);

        let expected =
            "7853200120776062878684798364095072458815029376092732009249414926327459813530";
        assert_eq!(hash.to_string(), expected);
    }

    #[test]
    fn hash_of_no_code_is_that_of_accounts_without() {
        let hash = Poseidon::new().unwrap().hash_code(b"");

        let expected = b256!("2098f5fb9e239eab3ceac3f27b81e481dc3124d55ffed523a839ee8446b64864");
        assert_eq!(word(hash), expected);
    }

    #[test]
    fn words_are_elements_below_the_order_only() {
        let order = b256!("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
        let mut below = order;
        below[31] = 0;

        assert_eq!(element(&order), None);
        assert_eq!(element(&[0xff; 32]), None);
        assert_eq!(word(element(&below).unwrap()), below);
    }
}
