use super::Alu;

const MIN: u64 = i64::MIN as u64;
const MIN_W: u64 = i32::MIN as i64 as u64;
const MAX: u64 = u64::MAX;

#[test]
fn edge_cases_have_the_results_of_the_specification() {
    for (alu, a, b, expected) in [
        (Alu::Div, 7, 0, MAX),
        (Alu::Div, MIN, MAX, MIN),
        (Alu::Div, -7_i64 as u64, 2, -3_i64 as u64),
        (Alu::Divu, 7, 0, MAX),
        (Alu::Rem, 7, 0, 7),
        (Alu::Rem, MIN, MAX, 0),
        (Alu::Rem, -7_i64 as u64, 2, MAX),
        (Alu::Remu, 7, 0, 7),
        (Alu::DivW, 7, 1 << 32, MAX),
        (Alu::DivW, MIN_W, MAX, MIN_W),
        (Alu::DivuW, 0x8000_0000, 1, MIN_W),
        (Alu::DivuW, 7, 0, MAX),
        (Alu::RemW, 1 << 31, 0, MIN_W),
        (Alu::RemW, MIN_W, MAX, 0),
        (Alu::RemuW, 1 << 31, 0, MIN_W),
        (Alu::Mulh, MIN, MIN, 1 << 62),
        (Alu::Mulhsu, MAX, MAX, MAX),
        (Alu::Mulhu, MAX, MAX, MAX - 1),
        (Alu::Sll, 1, 64 + 3, 8),
        (Alu::SllW, 1, 32 + 31, MIN_W),
        (Alu::SrlW, MIN_W, 0, MIN_W),
        (Alu::SrlW, MIN_W, 31, 1),
        (Alu::SraW, MIN_W, 31, MAX),
        (Alu::Sra, MIN, 63, MAX),
        (Alu::AddW, 0x7fff_ffff, 1, MIN_W),
        (Alu::SubW, 0, 1, MAX),
        (Alu::Slt, MAX, 0, 1),
        (Alu::Sltu, MAX, 0, 0),
    ] {
        assert_eq!(alu.apply(a, b), expected, "{alu:?} of {a:#x} and {b:#x}");
    }
}
