//! Keccak's permutation, for vectors of any length.

pub(super) const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// A row after theta, rho, pi and chi: of each of its words, which one comes there, and by how many
/// bits it is rotated to the left, or to the right.
macro_rules! row {
    ($to:ident, $row:expr, $from:ident, $parities:ident,
     $(($word:expr, $left:expr, $right:expr)),*) => {
        let words = [$(rotated::<$left, $right>(xor($from[$word], $parities[$word % 5]))),*];
        $to[5 * $row] = chi(words[0], words[1], words[2]);
        $to[5 * $row + 1] = chi(words[1], words[2], words[3]);
        $to[5 * $row + 2] = chi(words[2], words[3], words[4]);
        $to[5 * $row + 3] = chi(words[3], words[4], words[0]);
        $to[5 * $row + 4] = chi(words[4], words[0], words[1]);
    };
}

/// `permute` of a module that has `Vector`, and on it `xor`, `xor_of_five`, `chi`, `rotated` and
/// `repeated`, each for machines with `$feature`.
macro_rules! permutation {
    ($feature:literal) => {
        #[target_feature(enable = $feature)]
        #[inline]
        fn permute(state: &mut [Vector; super::state::WORDS]) {
            for constant in super::permutation::ROUND_CONSTANTS {
                let column = |x: usize| {
                    xor_of_five([
                        state[x],
                        state[x + 5],
                        state[x + 10],
                        state[x + 15],
                        state[x + 20],
                    ])
                };
                let columns = [column(0), column(1), column(2), column(3), column(4)];
                let parities = [
                    xor(columns[4], rotated::<1, 63>(columns[1])),
                    xor(columns[0], rotated::<1, 63>(columns[2])),
                    xor(columns[1], rotated::<1, 63>(columns[3])),
                    xor(columns[2], rotated::<1, 63>(columns[4])),
                    xor(columns[3], rotated::<1, 63>(columns[0])),
                ];
                let mut to = *state;
                row!(
                    to,
                    0,
                    state,
                    parities,
                    (0, 0, 64),
                    (6, 44, 20),
                    (12, 43, 21),
                    (18, 21, 43),
                    (24, 14, 50)
                );
                row!(
                    to,
                    1,
                    state,
                    parities,
                    (3, 28, 36),
                    (9, 20, 44),
                    (10, 3, 61),
                    (16, 45, 19),
                    (22, 61, 3)
                );
                row!(
                    to,
                    2,
                    state,
                    parities,
                    (1, 1, 63),
                    (7, 6, 58),
                    (13, 25, 39),
                    (19, 8, 56),
                    (20, 18, 46)
                );
                row!(
                    to,
                    3,
                    state,
                    parities,
                    (4, 27, 37),
                    (5, 36, 28),
                    (11, 10, 54),
                    (17, 15, 49),
                    (23, 56, 8)
                );
                row!(
                    to,
                    4,
                    state,
                    parities,
                    (2, 62, 2),
                    (8, 55, 9),
                    (14, 39, 25),
                    (15, 41, 23),
                    (21, 2, 62)
                );
                to[0] = xor(to[0], repeated(constant));
                *state = to;
            }
        }
    };
}
