//! Precompiles on numbers near the edges of what their circuits take.

use attestor_engine_check::operation::LD;
use sp1_curves::BigUint;

use super::Generator;
use crate::cases::{CURVES, ED25519, FIELDS, limbs, number};
use crate::program::{DATA, HEAP, T1, T2};

const SHA_EXTEND: u64 = 0x30_0105;
const SHA_COMPRESS: u64 = 0x1_0106;
const KECCAK_PERMUTE: u64 = 0x1_0109;
const POSEIDON2: u64 = 0x133;
const UINT256_MUL: u64 = 0x1_011d;
const UNTOUCHED: u64 = HEAP + 0x1000;
const A: u64 = 0x100;
const B: u64 = 0x300;

impl Generator {
    /// The call itself: of what is made ready.
    fn call(&mut self, number: u64, arguments: &[u64]) {
        let name = attestor_precompiles::name(number).expect("a call of SP1");
        self.about(&[name, "low_pointer"]);
        let is_elsewhere = arguments.first().is_some_and(|pointer| *pointer >= HEAP);
        self.builder.call(number, arguments);
        self.is_first_call = false;
        if is_elsewhere {
            self.about(&["precompile_only"]);
            if self.random.chance(50) {
                self.builder.code.constant(T1, arguments[0]);
                (0..64).for_each(|word| self.builder.code.immediate(LD, T2, T1, 8 * word));
            }
        }
    }

    pub(super) fn precompile(&mut self) {
        match self.random.below(10) {
            0 | 1 => self.hash(),
            2 => self.product(),
            3..=5 => self.field(),
            6 => self.edwards(),
            _ => self.curve(),
        }
    }

    /// A number near multiples of the prime, near zero or the top, or any below the prime.
    fn near(&mut self, prime: &BigUint, words: usize) -> BigUint {
        let top = BigUint::from(1u32) << (64 * words);
        let any: Vec<u32> = (0..2 * words).map(|_| self.random.any() as u32).collect();
        let any = BigUint::from_slice(&any);
        if !self.random.chance(2 * super::WRONG) {
            return any % prime;
        }
        let distance = BigUint::from(self.random.below(3));
        let number = match self.random.below(7) {
            0 => distance,
            1 => prime - distance,
            2 => prime + distance,
            3 => prime + prime + distance,
            4 => &top - 1u32 - distance,
            5 => (prime * &top).sqrt() + distance,
            _ => any,
        };
        number % top
    }

    /// Pointers to the operands; sometimes one that is odd.
    fn pointers(&mut self) -> [u64; 2] {
        let odd = |generator: &mut Self, usual| match generator.random.below(30) {
            0 => generator.random.pick(&[0x8000, 0xfff8, UNTOUCHED, UNTOUCHED]),
            1 => DATA + B - 8 * generator.random.below(12),
            _ => usual,
        };
        [odd(self, DATA + A), odd(self, DATA + B)]
    }

    /// Words at an offset of the data: of the first call in the file, of later ones at run time.
    fn place(&mut self, offset: u64, words: &[u64]) {
        if self.is_first_call {
            self.builder.put(offset, words);
            return;
        }
        for (index, word) in words.iter().enumerate() {
            self.builder.store_word(DATA + offset + 8 * index as u64, *word);
        }
    }

    fn operands(&mut self, a: &[BigUint], b: &[BigUint], words: usize) {
        for (offset, operand) in [(A, a), (B, b)] {
            let all: Vec<u64> = operand.iter().flat_map(|number| limbs(number, words)).collect();
            self.place(offset, &all);
        }
    }

    fn hash(&mut self) {
        let [a, b] = self.pointers();
        let a = if self.random.chance(20) { UNTOUCHED } else { a };
        let wide = if self.random.chance(25) { u64::MAX } else { (1 << 31) - 1 };
        let number = self.random.pick(&[SHA_EXTEND, SHA_COMPRESS, KECCAK_PERMUTE, POSEIDON2]);
        let second = match number {
            SHA_COMPRESS => b,
            POSEIDON2 if self.is_wrong() => self.random.pick(&[1, 8, 1 << 48, 1 << 63]),
            _ => 0,
        };
        match number {
            POSEIDON2 => self.about(&["second_argument", "unreduced"]),
            KECCAK_PERMUTE => {}
            _ => self.about(&["wide_word"]),
        }
        // At run time, a few of them are enough.
        let count = if self.is_first_call { 64 } else { 5 };
        let mut word = || self.random.any() & wide & 0x7eff_ffff_7eff_ffff;
        let words: Vec<u64> = (0..count).map(|_| word()).collect();
        self.place(A, &words);
        self.place(B, &[7; 8]);
        self.call(number, &[a, second]);
    }

    fn product(&mut self) {
        let ones = (BigUint::from(1u32) << 256u32) - 1u32;
        let shift = self.random.below(256);
        let m = match self.random.below(4) {
            0 => self.near(&ones, 4) >> shift,
            1 => BigUint::from(self.random.below(3)),
            _ => self.near(&ones, 4),
        };
        let (x, y) = (self.near(&ones, 4), self.near(&ones, 4));
        let (x, y) = if self.random.chance(50) { (x >> shift, y) } else { (x, y) };
        self.operands(&[x], &[y, m], 4);
        let [a, b] = self.pointers();
        let number = self.random.pick(&[UINT256_MUL, 0x1_0130, 0x1_0131]);
        let offset = self.random.pick(&[0x40, 0x60, 0]);
        if number == UINT256_MUL {
            self.about(&["quotient"]);
        }
        self.call(number, &[a, b, DATA + A, DATA + B + offset, DATA + A + 0x80]);
    }

    fn field(&mut self) {
        let field = &FIELDS[self.random.below(2) as usize];
        let prime = number(field.prime);
        let operation = self.random.below(6);
        let count = if operation < 3 { 1 } else { 2 };
        let mut operand = || (0..count).map(|_| self.near(&prime, field.words)).collect::<Vec<_>>();
        let (a, b) = (operand(), operand());
        self.operands(&a, &b, field.words);
        let pointers = self.pointers();
        match operation % 3 {
            0 => {}
            1 => self.about(&["difference"]),
            _ => self.about(&["quotient"]),
        }
        self.call(field.first + operation, &pointers);
    }

    fn curve(&mut self) {
        let curve = &CURVES[self.random.below(4) as usize];
        let prime = number(curve.prime);
        let g = [number(curve.x), number(curve.y)];
        let is_k1 = curve.name == "secp256k1";
        let point = |generator: &mut Self| match generator.random.below(6) {
            0 | 1 => g.clone(),
            2 => [g[0].clone(), &prime - &g[1]],
            3 if !is_k1 => [0, 1].map(|_| generator.near(&prime, curve.words)),
            4 if generator.random.chance(20) => {
                let x = if is_k1 { g[0].clone() } else { generator.near(&prime, curve.words) };
                [x, BigUint::from(0u32)]
            }
            4 if generator.is_wrong() => [0, 1].map(|_| generator.near(&prime, curve.words)),
            _ => curve.doubled(),
        };
        let (p, q) = (point(self), point(self));
        self.operands(&p, &q, curve.words);
        let [a, b] = self.pointers();
        self.about(&["unreduced"]);
        if self.random.chance(50) {
            self.about(&["equal_x"]);
            self.call(curve.add, &[a, b]);
        } else {
            self.about(&["zero_y", "second_argument"]);
            let second = if self.is_wrong() { self.random.word() } else { 0 };
            self.call(curve.double, &[a, second]);
        }
    }

    fn edwards(&mut self) {
        let [x, y, prime] = ED25519.map(number);
        let point = |generator: &mut Self| match generator.random.below(8) {
            0 => [&prime - &x, y.clone()],
            1 => [BigUint::from(0u32), BigUint::from(1u32)],
            2 => [0, 1].map(|_| generator.near(&prime, 4)),
            _ => [x.clone(), y.clone()],
        };
        let (p, q) = (point(self), point(self));
        if self.random.chance(60) {
            self.operands(&p, &q, 4);
            let pointers = self.pointers();
            self.about(&["off_curve", "unreduced"]);
            return self.call(0x1_0107, &pointers);
        }
        self.operands(&[BigUint::from(0u32), p[1].clone()], &q, 4);
        let sign = if self.is_wrong() { 2 } else { self.random.below(2) };
        self.about(&["unreduced"]);
        self.call(0x108, &[DATA + A, sign]);
    }
}
