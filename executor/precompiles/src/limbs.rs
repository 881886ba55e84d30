//! Natural numbers as arrays of 64-bit limbs, least significant first.

/// Whether `a < b`.
#[inline(always)]
pub(crate) const fn less<const N: usize>(a: &[u64; N], b: &[u64; N]) -> bool {
    subtract(a, b).1
}

/// `a + b` without the carry, and the carry.
#[inline(always)]
pub(crate) const fn add<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], bool) {
    let mut sum = [0; N];
    let mut carry = false;
    let mut i = 0;
    while i < N {
        let (partial, first) = a[i].overflowing_add(b[i]);
        let (limb, second) = partial.overflowing_add(carry as u64);
        sum[i] = limb;
        carry = first | second;
        i += 1;
    }
    (sum, carry)
}

/// `a - b` modulo 2^(64 N), and whether `a < b`.
#[inline(always)]
pub(crate) const fn subtract<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], bool) {
    let mut difference = [0; N];
    let mut borrow = false;
    let mut i = 0;
    while i < N {
        let (partial, first) = a[i].overflowing_sub(b[i]);
        let (limb, second) = partial.overflowing_sub(borrow as u64);
        difference[i] = limb;
        borrow = first | second;
        i += 1;
    }
    (difference, borrow)
}

/// `number` less `modulus` if that is not negative. `carry` is a bit above the top limb.
#[inline(always)]
pub(crate) const fn subtract_if_not_less<const N: usize>(
    number: [u64; N],
    carry: bool,
    modulus: &[u64; N],
) -> [u64; N] {
    let (reduced, borrow) = subtract(&number, modulus);
    let mut result = [0; N];
    // By a mask: the branch would be taken at random.
    let keep = ((borrow && !carry) as u64).wrapping_neg();
    let mut i = 0;
    while i < N {
        result[i] = (number[i] & keep) | (reduced[i] & !keep);
        i += 1;
    }
    result
}

/// `number mod modulus` for a modulus whose top limb is not zero.
pub(crate) fn reduce<const N: usize>(mut number: [u64; N], modulus: &[u64; N]) -> [u64; N] {
    // Nearly every number is reduced already. One of full length is a few times the modulus.
    while !less(&number, modulus) {
        number = subtract(&number, modulus).0;
    }
    number
}

/// `sum + a * b + carry` as its low and its high limb; it always fits.
#[inline(always)]
pub(crate) const fn multiply_add(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = (a as u128) * (b as u128) + (sum as u128) + (carry as u128);
    (wide as u64, (wide >> 64) as u64)
}

/// `a * b` in full.
#[inline(always)]
pub(crate) fn multiply_wide(a: &[u64; 4], b: &[u64; 4]) -> [u64; 8] {
    let mut product = [0; 8];
    for (i, &factor) in b.iter().enumerate() {
        let mut carry = 0;
        for (j, &limb) in a.iter().enumerate() {
            (product[i + j], carry) = multiply_add(product[i + j], limb, factor, carry);
        }
        product[i + 4] = carry;
    }
    product
}

/// `a * a` in full.
#[inline(always)]
pub(crate) fn square_wide(a: &[u64; 4]) -> [u64; 8] {
    // The products of different limbs, from limb 1 to limb 6; each is needed twice.
    let (p1, carry) = multiply_add(0, a[0], a[1], 0);
    let (p2, carry) = multiply_add(0, a[0], a[2], carry);
    let (p3, p4) = multiply_add(0, a[0], a[3], carry);
    let (p3, carry) = multiply_add(p3, a[1], a[2], 0);
    let (p4, p5) = multiply_add(p4, a[1], a[3], carry);
    let (p5, p6) = multiply_add(p5, a[2], a[3], 0);
    let once = [0, p1, p2, p3, p4, p5, p6, 0];
    let twice = std::array::from_fn(|i| (once[i] << 1) | if i > 0 { once[i - 1] >> 63 } else { 0 });
    let squares = a.map(|limb| multiply_add(0, limb, limb, 0));
    let squares =
        std::array::from_fn(|i| if i % 2 == 0 { squares[i / 2].0 } else { squares[i / 2].1 });
    add(&twice, &squares).0
}

/// Whether `number` is zero.
#[inline(always)]
pub(crate) fn is_zero(number: &[u64]) -> bool {
    number.iter().all(|&limb| limb == 0)
}
