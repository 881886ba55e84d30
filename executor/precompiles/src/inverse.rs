//! Inverses modulo an odd prime by division steps (D. Bernstein and B. Yang, Fast constant-time gcd
//! computation and modular inversion, 2019), 62 at a time and in variable time: no secret is here.
//!
//! Numbers are `L` signed limbs of 62 bits, least significant first; only the top limb is negative.

use crate::montgomery::inverse_of_limb;

const BITS: u32 = 62;
const MASK: u64 = u64::MAX >> 2;

/// Constants for inverses modulo one prime below 2^(62 L - 2).
pub struct Inverter<const L: usize> {
    modulus: [i64; L],
    /// 1 / modulus mod 2^62.
    modulus_inverse: u64,
}

/// 62 division steps as a matrix: (f, g) becomes (u f + v g, q f + r g) / 2^62.
struct Steps {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

impl<const L: usize> Inverter<L> {
    pub const fn new<const N: usize>(modulus: &[u64; N]) -> Self {
        Self { modulus: split(modulus), modulus_inverse: inverse_of_limb(modulus[0]) & MASK }
    }

    /// `1 / value` modulo the prime, and 0 for 0. `value` is reduced.
    pub fn invert<const N: usize>(&self, value: &[u64; N]) -> [u64; N] {
        let mut f = self.modulus;
        let mut g: [i64; L] = split(value);
        // Throughout, f = d value and g = e value modulo the prime.
        let (mut d, mut e) = ([0; L], [0; L]);
        e[0] = 1;
        let mut delta = -1;
        let mut length = L;
        while g[..length].iter().any(|&limb| limb != 0) {
            let steps = division_steps(&mut delta, f[0] as u64, g[0] as u64);
            self.apply_modulo(&steps, &mut d, &mut e);
            apply(&steps, &mut f[..length], &mut g[..length]);
            length = shorten(&mut f, &mut g, length);
        }
        // Now f is 1 or -1, the greatest common divisor; for the value 0 it is the prime and d is 0.
        let negative = f[length - 1] < 0;
        join(&self.reduce(d, negative))
    }

    /// (d, e) becomes (u d + v e, q d + r e) / 2^62 modulo the prime, in (-2 prime, prime).
    #[inline(always)]
    fn apply_modulo(&self, steps: &Steps, d: &mut [i64; L], e: &mut [i64; L]) {
        let &Steps { u, v, q, r } = steps;
        let (sign_d, sign_e) = (d[L - 1] >> 63, e[L - 1] >> 63);
        // Multiples of the prime that make the numbers positive enough, and divisible by 2^62.
        let mut multiple_d = (u & sign_d).wrapping_add(v & sign_e);
        let mut multiple_e = (q & sign_d).wrapping_add(r & sign_e);
        let mut carry_d = wide(u, d[0]) + wide(v, e[0]);
        let mut carry_e = wide(q, d[0]) + wide(r, e[0]);
        multiple_d = multiple_d.wrapping_sub(self.excess(carry_d, multiple_d));
        multiple_e = multiple_e.wrapping_sub(self.excess(carry_e, multiple_e));
        carry_d = (carry_d + wide(self.modulus[0], multiple_d)) >> BITS;
        carry_e = (carry_e + wide(self.modulus[0], multiple_e)) >> BITS;
        for i in 1..L {
            carry_d += wide(u, d[i]) + wide(v, e[i]) + wide(self.modulus[i], multiple_d);
            carry_e += wide(q, d[i]) + wide(r, e[i]) + wide(self.modulus[i], multiple_e);
            d[i - 1] = carry_d as i64 & MASK as i64;
            e[i - 1] = carry_e as i64 & MASK as i64;
            carry_d >>= BITS;
            carry_e >>= BITS;
        }
        d[L - 1] = carry_d as i64;
        e[L - 1] = carry_e as i64;
    }

    /// What `multiple` of the prime has too much for `low + multiple * prime` to be 0 mod 2^62.
    #[inline(always)]
    fn excess(&self, low: i128, multiple: i64) -> i64 {
        let sum = (low as u64).wrapping_mul(self.modulus_inverse).wrapping_add(multiple as u64);
        (sum & MASK) as i64
    }

    /// `number` or its negative, from (-2 prime, prime) to [0, prime).
    fn reduce(&self, mut number: [i64; L], negate: bool) -> [i64; L] {
        if number[L - 1] < 0 {
            number = combine(&number, 1, &self.modulus);
        }
        if negate {
            number = combine(&[0; L], -1, &number);
        }
        if number[L - 1] < 0 {
            number = combine(&number, 1, &self.modulus);
        }
        number
    }
}

/// The matrix of the next 62 division steps, which only the low limbs determine.
///
/// `delta` is the negative of the paper's: it is negative when f is the longer number.
#[inline(always)]
fn division_steps(delta: &mut i64, mut f: u64, mut g: u64) -> Steps {
    let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
    let mut left = BITS;
    loop {
        // Halve g as often as it is even, but no more often than steps are left.
        let zeros = (g | (u64::MAX << left)).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *delta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            return Steps { u: u as i64, v: v as i64, q: q as i64, r: r as i64 };
        }
        if *delta < 0 {
            *delta = -*delta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // Until f and g change places, or the batch ends, a multiple of f clears up to 6 bits of g.
        let clear = (*delta + 1).min(i64::from(left)).min(6);
        let inverse = f.wrapping_mul(2u64.wrapping_sub(f.wrapping_mul(f)));
        let multiple = g.wrapping_mul(inverse).wrapping_neg() & (u64::MAX >> (64 - clear));
        g = g.wrapping_add(f.wrapping_mul(multiple));
        q = q.wrapping_add(u.wrapping_mul(multiple));
        r = r.wrapping_add(v.wrapping_mul(multiple));
    }
}

/// (f, g) becomes (u f + v g, q f + r g) / 2^62; the division is exact.
#[inline(always)]
fn apply(steps: &Steps, f: &mut [i64], g: &mut [i64]) {
    let &Steps { u, v, q, r } = steps;
    let length = f.len();
    let mut carry_f = (wide(u, f[0]) + wide(v, g[0])) >> BITS;
    let mut carry_g = (wide(q, f[0]) + wide(r, g[0])) >> BITS;
    for i in 1..length {
        carry_f += wide(u, f[i]) + wide(v, g[i]);
        carry_g += wide(q, f[i]) + wide(r, g[i]);
        f[i - 1] = carry_f as i64 & MASK as i64;
        g[i - 1] = carry_g as i64 & MASK as i64;
        carry_f >>= BITS;
        carry_g >>= BITS;
    }
    f[length - 1] = carry_f as i64;
    g[length - 1] = carry_g as i64;
}

/// Drop the top limbs of f and g when both only repeat the sign; the new length.
#[inline(always)]
fn shorten(f: &mut [i64], g: &mut [i64], length: usize) -> usize {
    if length < 2 {
        return length;
    }
    let (top_f, top_g) = (f[length - 1], g[length - 1]);
    if top_f != top_f >> 63 || top_g != top_g >> 63 {
        return length;
    }
    f[length - 2] |= ((top_f as u64) << BITS) as i64;
    g[length - 2] |= ((top_g as u64) << BITS) as i64;
    length - 1
}

/// `a + factor * b` for a factor of 1 or -1.
fn combine<const L: usize>(a: &[i64; L], factor: i64, b: &[i64; L]) -> [i64; L] {
    let mut result = [0; L];
    let mut carry = 0;
    for i in 0..L {
        let sum = a[i] + factor * b[i] + carry;
        result[i] = sum & MASK as i64;
        carry = sum >> BITS;
        if i == L - 1 {
            result[i] = sum;
        }
    }
    result
}

#[inline(always)]
fn wide(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

/// 64-bit limbs to limbs of 62 bits.
const fn split<const N: usize, const L: usize>(number: &[u64; N]) -> [i64; L] {
    let mut limbs = [0; L];
    let mut i = 0;
    while i < L {
        let (word, shift) = (i * BITS as usize / 64, i * BITS as usize % 64);
        let low = if word < N { number[word] >> shift } else { 0 };
        let spill = word + 1 < N && shift > 2;
        let high = if spill { number[word + 1] << (64 - shift) } else { 0 };
        limbs[i] = ((low | high) & MASK) as i64;
        i += 1;
    }
    limbs
}

/// Limbs of 62 bits, none negative, to 64-bit limbs.
fn join<const N: usize, const L: usize>(limbs: &[i64; L]) -> [u64; N] {
    std::array::from_fn(|i| {
        let (limb, shift) = (i * 64 / BITS as usize, i * 64 % BITS as usize);
        let low = limbs[limb] as u64 >> shift;
        let high = limbs.get(limb + 1).map_or(0, |&next| (next as u64) << (BITS as usize - shift));
        // At a shift above 60 a third limb would be needed; 6 limbs of 64 bits do not get there.
        low | high
    })
}
