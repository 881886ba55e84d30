//! The field KoalaBear, p = 2^31 - 2^24 + 1, in plain integers.
//!
//! Source: p3-koala-bear 0.4.3-succinct, koala_bear.rs. "Montgomery form" of x is x * R mod p.

pub(crate) const P: u32 = 0x7f00_0001;
/// p^-1 modulo 2^32; the sign differs from the usual constant, because products are subtracted.
pub(crate) const P_INVERSE: u32 = 0x8100_0001;
/// 2^32 modulo p: one in Montgomery form.
pub(crate) const R: u32 = ((1_u64 << 32) % P as u64) as u32;
pub(crate) const R_SQUARED: u32 = multiply(R, R);
pub(crate) const R_INVERSE: u32 = inverse(R);
/// Generates the subgroup of order 2^24, the largest power of two that divides p - 1.
pub(crate) const TWO_ADIC_GENERATOR: u32 = 0x6ac4_9f88;
pub(crate) const TWO_ADICITY: u32 = 24;

pub(crate) const fn multiply(a: u32, b: u32) -> u32 {
    ((a as u64 * b as u64) % P as u64) as u32
}

pub(crate) const fn power(mut base: u32, mut exponent: u64) -> u32 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}

pub(crate) const fn inverse(a: u32) -> u32 {
    power(a, P as u64 - 2)
}

/// The representative of a residue in (-p/2, p/2), as two's complement.
pub(crate) const fn centred(a: u32) -> u32 {
    if a > P / 2 { a.wrapping_sub(P) } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(P.wrapping_mul(P_INVERSE), 1);
        assert_eq!(multiply(R, R_INVERSE), 1);
        assert_eq!(power(TWO_ADIC_GENERATOR, 1 << TWO_ADICITY), 1);
        assert_eq!(power(TWO_ADIC_GENERATOR, 1 << (TWO_ADICITY - 1)), P - 1);
    }

    #[test]
    fn centred_values_are_the_same_residue() {
        for value in [0, 1, P / 2, P / 2 + 1, P - 1] {
            let signed = i64::from(centred(value).cast_signed());
            assert_eq!(signed.rem_euclid(P.into()), i64::from(value));
            assert!(signed.abs() <= i64::from(P / 2));
        }
    }
}
