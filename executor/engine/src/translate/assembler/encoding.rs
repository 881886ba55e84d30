//! An instruction's bytes: prefixes, opcode, operand.

use super::{Assembler, Gpr, Operand, OperandSize};

impl Assembler {
    pub(super) fn encode(
        &mut self,
        size: OperandSize,
        opcode: &[u8],
        register: u8,
        operand: Operand,
    ) {
        self.instruction(size, false, opcode, register, operand);
    }

    /// Of an instruction that names registers of 8 bits: of four of them, a prefix makes the
    /// lowest ones.
    pub(super) fn encode_byte(&mut self, opcode: &[u8], register: u8, operand: Operand) {
        let is_odd = |number: u8| (4..8).contains(&number);
        let odd_operand = matches!(operand, Operand::Register(host) if is_odd(host as u8));
        self.instruction(
            OperandSize::B32,
            odd_operand || is_odd(register),
            opcode,
            register,
            operand,
        );
    }

    /// SDM volume 2, section 2.1.5 (ModR/M and SIB bytes).
    fn instruction(
        &mut self,
        size: OperandSize,
        always: bool,
        opcode: &[u8],
        register: u8,
        operand: Operand,
    ) {
        let (index, base) = match operand {
            Operand::Register(on) => (0, on as u8),
            Operand::Memory(base, _) => (0, base as u8),
            Operand::Indexed(base, index, _) => (index as u8, base as u8),
        };
        self.rex(size, always, register, index, base);
        self.code.extend(opcode);
        let middle = (register & 7) << 3;
        match operand {
            Operand::Register(_) => self.code.push(0xc0 | middle | base & 7),
            Operand::Memory(_, displacement) => {
                let mode = displacement_mode(base, displacement);
                self.code.push(mode << 6 | middle | base & 7);
                if base & 7 == Gpr::Rsp as u8 {
                    self.code.push(0x24);
                }
                self.displacement(mode, displacement);
            }
            Operand::Indexed(_, _, scale) => {
                let mode = displacement_mode(base, 0);
                self.code.push(mode << 6 | middle | 4);
                self.code.push(scale << 6 | (index & 7) << 3 | base & 7);
                self.displacement(mode, 0);
            }
        }
    }

    fn displacement(&mut self, mode: u8, displacement: i32) {
        match mode {
            0 => {}
            1 => self.code.push(displacement as u8),
            _ => self.code.extend(displacement.to_le_bytes()),
        }
    }

    /// SDM volume 2, section 2.2.1 (REX prefixes): the width and the fourth bit of registers.
    pub(super) fn rex(
        &mut self,
        size: OperandSize,
        always: bool,
        register: u8,
        index: u8,
        base: u8,
    ) {
        let wide = u8::from(size == OperandSize::B64) << 3;
        let prefix = 0x40 | wide | register >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if always || prefix != 0x40 {
            self.code.push(prefix);
        }
    }
}

/// How many bytes a displacement takes: none, one (1) or four (2).
fn displacement_mode(base: u8, displacement: i32) -> u8 {
    match displacement {
        0 if base & 7 != Gpr::Rbp as u8 => 0,
        _ if i8::try_from(displacement).is_ok() => 1,
        _ => 2,
    }
}
