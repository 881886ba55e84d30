//! Precompiles on numbers near the edges of what their circuits take.

use sp1_curves::BigUint;

use super::Generator;
use crate::cases::{CURVES, ED25519, FIELDS, limbs, number};
use crate::program::{DATA, HEAP};

const UNTOUCHED: u64 = HEAP + 0x1000;
const A: u64 = 0x200;
const B: u64 = 0x600;

impl Generator {
    pub(super) fn precompile(&mut self) {
        match self.random.below(8) {
            0 => self.hash(),
            1 => self.product(),
            2 | 3 => self.field(),
            4 => self.edwards(),
            _ => self.curve(),
        }
    }

    /// A number near multiples of the prime, near zero or the top, or any below the prime.
    fn near(&mut self, prime: &BigUint, words: usize) -> BigUint {
        let top = BigUint::from(1u32) << (64 * words);
        let any: Vec<u32> = (0..2 * words).map(|_| self.random.any() as u32).collect();
        let any = BigUint::from_slice(&any);
        if !self.random.chance(3 * super::WRONG) {
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
            0 => generator.random.pick(&[0x8000, 0xfff8, UNTOUCHED]),
            1 => DATA + B - 8 * generator.random.below(12),
            _ => usual,
        };
        [odd(self, DATA + A), odd(self, DATA + B)]
    }

    /// The operands into the data, which is as it is at the start: later ones replace earlier ones.
    fn operands(&mut self, a: &[BigUint], b: &[BigUint], words: usize) {
        for (offset, operand) in [(A, a), (B, b)] {
            let all = operand.iter().flat_map(|number| limbs(number, words));
            // At run time, so that several calls have operands of their own.
            for (index, word) in all.enumerate() {
                self.builder.store_word(DATA + offset + 8 * index as u64, word);
            }
        }
    }

    fn hash(&mut self) {
        let second = if self.random.chance(3) { 8 } else { 0 };
        let [a, b] = self.pointers();
        let wide = if self.is_wrong() { u64::MAX } else { (1 << 31) - 1 };
        let number = self.random.pick(&[0x30_0105, 0x1_0106, 0x1_0109, 0x133]);
        let count = if self.random.chance(30) { 5 } else { 64 };
        for index in 0..count {
            let word = self.random.any() & wide & 0x7eff_ffff_7eff_ffff;
            self.builder.store_word(DATA + A + 8 * index, word);
        }
        (0..8).for_each(|index| self.builder.store_word(DATA + B + 8 * index, 7));
        let second = if number == 0x1_0106 { b } else { second };
        self.builder.call(number, &[a, second]);
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
        let number = self.random.pick(&[0x1_011d, 0x1_0130, 0x1_0131]);
        let offset = self.random.pick(&[0x40, 0x60, 0]);
        self.builder.call(number, &[a, b, DATA + A, DATA + B + offset, DATA + A + 0x80]);
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
        self.builder.call(field.first + operation, &pointers);
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
            4 if generator.is_wrong() => [0, 1].map(|_| generator.near(&prime, curve.words)),
            _ => curve.doubled(),
        };
        let (p, q) = (point(self), point(self));
        self.operands(&p, &q, curve.words);
        let [a, b] = self.pointers();
        if self.random.chance(60) {
            self.builder.call(curve.add, &[a, b]);
        } else {
            let second = if self.random.chance(4) { self.random.word() } else { 0 };
            self.builder.call(curve.double, &[a, second]);
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
            return self.builder.call(0x1_0107, &pointers);
        }
        self.operands(&[BigUint::from(0u32), p[1].clone()], &q, 4);
        let sign = if self.is_wrong() { 2 } else { self.random.below(2) };
        self.builder.call(0x108, &[DATA + A, sign]);
    }
}
