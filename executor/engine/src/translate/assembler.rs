//! An assembler for the part of x86-64 that compiled code is made of.
//!
//! Encodings are those of the Intel SDM, volume 2. What an instruction does with memory is an
//! `Operand`; jumps go to labels, which may be placed later.

mod encoding;
mod operand;

pub(super) use operand::{Binary, Cond, Gpr, Operand, OperandSize, Shift, Unary};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Default)]
pub(super) struct Assembler {
    code: Vec<u8>,
    labels: Vec<Option<usize>>,
    /// Where a distance of four bytes is missing.
    open: Vec<(usize, Label)>,
}

impl Assembler {
    /// With room for so many bytes, and more if needed.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { code: Vec::with_capacity(bytes), ..Self::default() }
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    pub(super) fn place(&mut self, label: Label) {
        self.labels[label.0] = Some(self.code.len());
    }

    /// The length of the code so far.
    pub(super) fn position(&self) -> usize {
        self.code.len()
    }

    /// The code; None: a label that something jumps to was never placed.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        for (at, label) in std::mem::take(&mut self.open) {
            let target = self.labels[label.0]?;
            let distance = i32::try_from(target as i64 - (at as i64 + 4)).ok()?;
            self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        }
        Some(self.code)
    }

    pub(super) fn binary(&mut self, operation: Binary, size: OperandSize, to: Gpr, from: Operand) {
        self.encode(size, &[operation as u8 * 8 + 3], to as u8, from);
    }

    /// As `binary`, with the operands in the other order.
    pub(super) fn binary_on(
        &mut self,
        operation: Binary,
        size: OperandSize,
        to: Operand,
        from: Gpr,
    ) {
        self.encode(size, &[operation as u8 * 8 + 1], from as u8, to);
    }

    pub(super) fn binary_constant(
        &mut self,
        operation: Binary,
        size: OperandSize,
        to: Operand,
        value: i32,
    ) {
        match i8::try_from(value) {
            Ok(value) => {
                self.encode(size, &[0x83], operation as u8, to);
                self.code.push(value as u8);
            }
            Err(_) => {
                self.encode(size, &[0x81], operation as u8, to);
                self.code.extend(value.to_le_bytes());
            }
        }
    }

    /// Set the flags by the bits that both have.
    pub(super) fn test(&mut self, size: OperandSize, a: Operand, b: Gpr) {
        self.encode(size, &[0x85], b as u8, a);
    }

    pub(super) fn multiply(&mut self, size: OperandSize, to: Gpr, from: Operand) {
        self.encode(size, &[0x0f, 0xaf], to as u8, from);
    }

    pub(super) fn unary(&mut self, operation: Unary, size: OperandSize, on: Operand) {
        self.encode(size, &[0xf7], operation as u8, on);
    }

    /// Fill RDX with the sign of RAX.
    pub(super) fn spread_sign(&mut self, size: OperandSize) {
        self.rex(size, false, 0, 0, 0);
        self.code.push(0x99);
    }

    pub(super) fn shift(&mut self, operation: Shift, size: OperandSize, on: Gpr, amount: u8) {
        self.encode(size, &[0xc1], operation as u8, Operand::Register(on));
        self.code.push(amount);
    }

    /// Shift by CL modulo the width.
    pub(super) fn shift_by_cl(&mut self, operation: Shift, size: OperandSize, on: Gpr) {
        self.encode(size, &[0xd3], operation as u8, Operand::Register(on));
    }

    pub(super) fn copy(&mut self, size: OperandSize, to: Gpr, from: Operand) {
        self.encode(size, &[0x8b], to as u8, from);
    }

    pub(super) fn copy_if(&mut self, condition: Cond, size: OperandSize, to: Gpr, from: Operand) {
        self.encode(size, &[0x0f, 0x40 | condition as u8], to as u8, from);
    }

    pub(super) fn constant(&mut self, to: Gpr, value: u64) {
        let number = to as u8;
        if let Ok(value) = u32::try_from(value) {
            self.rex(OperandSize::B32, false, 0, 0, number);
            self.code.push(0xb8 | number & 7);
            self.code.extend(value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value as i64) {
            self.store_constant(OperandSize::B64, Operand::Register(to), value);
        } else {
            self.rex(OperandSize::B64, false, 0, 0, number);
            self.code.push(0xb8 | number & 7);
            self.code.extend(value.to_le_bytes());
        }
    }

    /// An address, which is not used: to = base + displacement.
    pub(super) fn address(&mut self, size: OperandSize, to: Gpr, of: Operand) {
        self.encode(size, &[0x8d], to as u8, of);
    }

    /// The lower 32 bits, extended by their sign.
    pub(super) fn extend_sign(&mut self, to: Gpr, from: Operand) {
        self.encode(OperandSize::B64, &[0x63], to as u8, from);
    }

    pub(super) fn load_byte(&mut self, signed: bool, to: Gpr, from: Operand) {
        self.extend(0xb6, signed, to, from);
    }

    pub(super) fn load_half(&mut self, signed: bool, to: Gpr, from: Operand) {
        self.extend(0xb7, signed, to, from);
    }

    pub(super) fn store(&mut self, size: OperandSize, to: Operand, from: Gpr) {
        self.encode(size, &[0x89], from as u8, to);
    }

    pub(super) fn store_byte(&mut self, to: Operand, from: Gpr) {
        self.encode_byte(&[0x88], from as u8, to);
    }

    pub(super) fn store_byte_constant(&mut self, to: Operand, value: u8) {
        self.encode_byte(&[0xc6], 0, to);
        self.code.push(value);
    }

    /// Set one bit of a register.
    pub(super) fn set_bit(&mut self, of: Gpr, bit: u8) {
        self.encode(OperandSize::B64, &[0x0f, 0xba], 5, Operand::Register(of));
        self.code.push(bit);
    }

    pub(super) fn store_half(&mut self, to: Operand, from: Gpr) {
        self.code.push(0x66);
        self.encode(OperandSize::B32, &[0x89], from as u8, to);
    }

    /// The value, extended by its sign.
    pub(super) fn store_constant(&mut self, size: OperandSize, to: Operand, value: i32) {
        self.encode(size, &[0xc7], 0, to);
        self.code.extend(value.to_le_bytes());
    }

    /// 1 if the condition holds, else 0, in all of a register.
    pub(super) fn set(&mut self, condition: Cond, to: Gpr) {
        self.encode_byte(&[0x0f, 0x90 | condition as u8], 0, Operand::Register(to));
        self.encode_byte(&[0x0f, 0xb6], to as u8, Operand::Register(to));
    }

    pub(super) fn jump(&mut self, to: Label) {
        if !self.jump_back(0xeb, to) {
            self.code.push(0xe9);
            self.distance(to);
        }
    }

    pub(super) fn jump_if(&mut self, condition: Cond, to: Label) {
        if !self.jump_back(0x70 | condition as u8, to) {
            self.code.extend([0x0f, 0x80 | condition as u8]);
            self.distance(to);
        }
    }

    pub(super) fn jump_to(&mut self, address: Operand) {
        self.encode(OperandSize::B32, &[0xff], 4, address);
    }

    pub(super) fn leave(&mut self) {
        self.code.push(0xc3);
    }

    fn extend(&mut self, opcode: u8, signed: bool, to: Gpr, from: Operand) {
        let (size, sign) = if signed { (OperandSize::B64, 8) } else { (OperandSize::B32, 0) };
        match opcode {
            0xb6 if !signed => self.encode_byte(&[0x0f, opcode], to as u8, from),
            _ => self.encode(size, &[0x0f, opcode | sign], to as u8, from),
        }
    }

    /// The short form, to a label that is near and placed already; false: none.
    fn jump_back(&mut self, opcode: u8, to: Label) -> bool {
        let from = self.code.len() as i64 + 2;
        let target = self.labels[to.0].map(|target| target as i64 - from);
        let Some(Ok(distance)) = target.map(i8::try_from) else { return false };
        self.code.extend([opcode, distance as u8]);
        true
    }

    fn distance(&mut self, to: Label) {
        self.open.push((self.code.len(), to));
        self.code.extend([0; 4]);
    }
}

#[cfg(test)]
pub(super) mod tests;
