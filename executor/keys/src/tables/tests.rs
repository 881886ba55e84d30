use sp1_core_executor::Opcode;

use super::*;

fn program(instructions: usize) -> Program {
    let one = Instruction::new(Opcode::ADDI, 7, 0x0001_0002_0003_0004, u64::MAX - 1, false, true);
    Program::new(vec![one; instructions], 1 << 32, 0xabcd_0000_fffc)
}

#[test]
fn shapes_pad_the_program_to_32_rows() {
    for (instructions, rows) in [(1, 32), (32, 32), (33, 64)] {
        let program = program(instructions);
        assert_eq!(Tables::new(&program).shapes()[1], (rows, 16));
    }
}

#[test]
fn program_row_has_limbs_of_address_and_operands() {
    let program = program(2);
    let tables = Tables::new(&program);
    let row = |row| std::array::from_fn::<_, 16, _>(|column| tables.program_value(column, row));
    let rest = [Opcode::ADDI as u32, 7, 4, 3, 2, 1, 0xfffe, 0xffff, 0xffff, 0xffff, 0, 0, 1];

    assert_eq!(row(0)[..3], [0xfffc, 0, 0xabcd]);
    assert_eq!(row(1)[..3], [0, 1, 0xabcd]);
    assert_eq!(row(0)[3..], rest);
    assert_eq!(row(1)[3..], rest);
    assert_eq!(row(31), row(0));
}

#[test]
fn byte_row_has_operands_and_results() {
    let row = |b: u32, c: u32| std::array::from_fn::<_, 7, _>(|i| byte_value(i, b << 8 | c));

    assert_eq!(row(0x0f, 0xf1), [0x0f, 0xf1, 0x01, 0xff, 0xfe, 1, 0]);
    assert_eq!(row(0x80, 0x80), [0x80, 0x80, 0x80, 0x80, 0, 0, 1]);
}

#[test]
fn range_row_has_number_and_bits() {
    let row = |row| [range_value(0, row), range_value(1, row)];

    assert_eq!([row(0), row(1), row(2), row(3)], [[0, 0], [0, 0], [0, 1], [1, 1]]);
    assert_eq!(row(0x1ffff), [0xffff, 16]);
}

#[test]
fn columns_follow_each_other_across_the_stacking_height() {
    let program = program(90_000);
    let tables = Tables::new(&program);
    assert_eq!(tables.count(), 2);
    let mut stacked = vec![0; 2 << LOG_HEIGHT];
    for (index, column) in stacked.chunks_mut(1 << LOG_HEIGHT).enumerate() {
        tables.write(index, column);
    }
    let rows = tables.shapes()[1].0;
    for (column, row) in [(0, 0), (14, 90_000), (15, 0), (15, rows - 1), (15, 89_999)] {
        let position = 7 * BYTE_ROWS + column * rows + row;
        assert_eq!(stacked[position], tables.program_value(column, row), "{column} {row}");
    }
    assert_eq!(stacked[tables.area() - 1], 16);
    assert!(stacked[tables.area()..].iter().all(|word| *word == 0));
}

#[test]
#[should_panic(expected = "no instructions")]
fn empty_program_has_no_tables() {
    Tables::new(&Program::default());
}

#[test]
#[should_panic(expected = "above 2^48")]
fn code_above_2_48_has_no_tables() {
    let mut program = program(2);
    program.pc_base = (1 << 48) - 4;
    Tables::new(&program);
}
