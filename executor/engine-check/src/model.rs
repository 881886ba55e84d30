//! What each computing instruction of RV64IM gives, in whole numbers of 128 bits.
//!
//! Written from The RISC-V Instruction Set Manual, volume I, 2019-12-13 (chapters 2, 5, 7), with no
//! look at an engine: a value is a number, a result its remainder modulo 2^64 or 2^32.

const WORD: i128 = 1 << 64;
const HALF: i128 = 1 << 32;

/// The number that `value` stands for with a sign.
fn signed(value: u64) -> i128 {
    let value = i128::from(value);
    if value >= WORD / 2 { value - WORD } else { value }
}

/// The lower half of `value` as a number without a sign.
fn low(value: u64) -> i128 {
    i128::from(value) % HALF
}

/// The lower half of `value` as a number with a sign.
fn signed_low(value: u64) -> i128 {
    if low(value) >= HALF / 2 { low(value) - HALF } else { low(value) }
}

/// The register that stands for `number` modulo 2^64.
fn word(number: i128) -> u64 {
    number.rem_euclid(WORD) as u64
}

/// The register that holds `number` modulo 2^32, its sign extended.
fn half(number: i128) -> u64 {
    word(signed_low(number.rem_euclid(HALF) as u64))
}

/// Rounded towards zero; by zero -1 (section 7.2).
fn quotient(dividend: i128, divisor: i128) -> i128 {
    if divisor == 0 { -1 } else { dividend / divisor }
}

/// With the dividend's sign; by zero the dividend (section 7.2).
fn remainder(dividend: i128, divisor: i128) -> i128 {
    if divisor == 0 { dividend } else { dividend % divisor }
}

/// 2 to the power of the lowest bits of `amount`.
fn power(amount: u64, bits: u32) -> i128 {
    1 << (amount % (1 << bits))
}

/// The bits in which `choose` is true of both operands' bits.
fn bitwise(left: u64, right: u64, choose: impl Fn(bool, bool) -> bool) -> u64 {
    (0..64)
        .filter(|bit| choose(left >> bit & 1 == 1, right >> bit & 1 == 1))
        .map(|bit| 1 << bit)
        .sum()
}

/// The result of an instruction by its name; `right` is the second register or the immediate with
/// its sign extended. `None`: the instruction does more than compute.
pub(crate) fn compute(name: &str, left: u64, right: u64) -> Option<u64> {
    whole(name, left, right).or_else(|| halved(name, left, right))
}

fn whole(name: &str, left: u64, right: u64) -> Option<u64> {
    let (plain_left, plain_right) = (i128::from(left), i128::from(right));
    let (signed_left, signed_right) = (signed(left), signed(right));
    let upper = |product: i128| word(product.div_euclid(WORD));
    Some(match name {
        "add" | "addi" => word(plain_left + plain_right),
        "sub" => word(plain_left - plain_right),
        "slt" | "slti" => u64::from(signed_left < signed_right),
        "sltu" | "sltiu" => u64::from(left < right),
        "xor" | "xori" => bitwise(left, right, |one, other| one != other),
        "or" | "ori" => bitwise(left, right, |one, other| one || other),
        "and" | "andi" => bitwise(left, right, |one, other| one && other),
        "sll" | "slli" => word(signed_left * power(right, 6) % WORD),
        "srl" | "srli" => word(plain_left / power(right, 6)),
        "sra" | "srai" => word(signed_left.div_euclid(power(right, 6))),
        "mul" => word(signed_left * signed_right),
        "mulh" => upper(signed_left * signed_right),
        "mulhsu" => upper(signed_left * plain_right),
        // Halves, as the whole product leaves no room for a sign.
        "mulhu" => {
            let (high, rest) = (plain_right / HALF, plain_right % HALF);
            word((plain_left * high + plain_left * rest / HALF) / HALF)
        }
        "div" => word(quotient(signed_left, signed_right)),
        "divu" => word(quotient(plain_left, plain_right)),
        "rem" => word(remainder(signed_left, signed_right)),
        "remu" => word(remainder(plain_left, plain_right)),
        _ => return None,
    })
}

fn halved(name: &str, left: u64, right: u64) -> Option<u64> {
    let (signed_left, signed_right) = (signed_low(left), signed_low(right));
    Some(match name {
        "addw" | "addiw" => half(signed_left + signed_right),
        "subw" => half(signed_left - signed_right),
        "sllw" | "slliw" => half(signed_left * power(right, 5)),
        "srlw" | "srliw" => half(low(left) / power(right, 5)),
        "sraw" | "sraiw" => half(signed_left.div_euclid(power(right, 5))),
        "mulw" => half(signed_left * signed_right),
        "divw" => half(quotient(signed_left, signed_right)),
        "divuw" => half(quotient(low(left), low(right))),
        "remw" => half(remainder(signed_left, signed_right)),
        "remuw" => half(remainder(low(left), low(right))),
        _ => return None,
    })
}

/// Whether a branch is taken; `None`: the instruction is no branch.
pub(crate) fn branches(name: &str, left: u64, right: u64) -> Option<bool> {
    Some(match name {
        "beq" => left == right,
        "bne" => left != right,
        "blt" => signed(left) < signed(right),
        "bge" => signed(left) >= signed(right),
        "bltu" => left < right,
        "bgeu" => left >= right,
        _ => return None,
    })
}

/// The register after a load of these bytes; `name` says whether they have a sign.
pub(crate) fn loaded(name: &str, bytes: &[u8]) -> u64 {
    let number = bytes.iter().rev().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
    let range = 1_i128 << (8 * bytes.len());
    let negative = !name.ends_with('u') && number >= range / 2;
    word(if negative { number - range } else { number })
}

#[cfg(test)]
mod tests;
