//! Accesses and jumps that the machine does not allow, first of all and in code that is hot.

use crate::assembler::{Assembler, Label, address_of};
use crate::elf::{CODE, DATA, elf};
use crate::operation::{ADDI, ALL, BNE, LD, Operation, SD, Shape};

const POINTERS: u8 = 10;
const POINTER: u8 = 8;
const LEFT: u8 = 12;
/// Good accesses before the bad one.
const WARM: usize = 6000;
/// The first address after SP1's memory. Source: sp1-core-executor 6.10.0, `MAX_LOG_ADDR`.
const MEMORY_END: u64 = 1 << 40;

/// Programs that must fault, by name.
pub fn faults() -> Vec<(String, Vec<u8>)> {
    let mut faults = Vec::new();
    for operation in ALL {
        let (Shape::Load(bytes) | Shape::Store(bytes)) = operation.shape else {
            continue;
        };
        let misaligned = (1..8).filter(|place| place % bytes != 0).map(|place| DATA + place);
        let outside = [MEMORY_END, MEMORY_END + DATA, 1 << 63, (1 << 63) | DATA, u64::MAX - 7];
        for address in misaligned.chain(outside) {
            for warm in [0, WARM] {
                let name = format!("{} at {address:#x} after {warm}", operation.name);
                faults.push((name, access(*operation, address, warm)));
            }
        }
    }
    for target in [0, CODE - 4, CODE + 0x1000, CODE + (1 << 32), DATA, MEMORY_END, 1 << 63] {
        for warm in [0, WARM] {
            faults.push((format!("jalr to {target:#x} after {warm}"), jump(target, warm)));
        }
    }
    faults
}

/// Pointers, all but the last to good memory.
fn pointers(good: u64, bad: u64, warm: usize) -> Vec<u8> {
    let pointers = std::iter::repeat_n(good, warm).chain([bad]);
    pointers.flat_map(u64::to_le_bytes).collect()
}

fn access(operation: Operation, address: u64, warm: usize) -> Vec<u8> {
    let mut assembler = Assembler::default();
    let top = assembler.label();
    assembler.constant(POINTERS, DATA);
    assembler.constant(LEFT, warm as u64 + 1);
    assembler.place(top);
    assembler.immediate(LD, POINTER, POINTERS, 0);
    if matches!(operation.shape, Shape::Load(_)) {
        // Into x0: the access counts though nothing takes its value.
        assembler.immediate(operation, 0, POINTER, 0);
    } else {
        assembler.store(operation, 0, POINTER, 0);
    }
    next(&mut assembler, top);
    elf(&assembler.finish(), &pointers(DATA + 8 * (warm as u64 + 8), address, warm))
}

fn jump(target: u64, warm: usize) -> Vec<u8> {
    let mut assembler = Assembler::default();
    let top = assembler.label();
    assembler.constant(POINTERS, DATA);
    assembler.constant(LEFT, warm as u64 + 1);
    assembler.place(top);
    assembler.immediate(LD, POINTER, POINTERS, 0);
    assembler.jump_register(0, POINTER, 0);
    let good_address = address_of(assembler.here());
    assembler.store(SD, 0, POINTERS, 0);
    next(&mut assembler, top);
    elf(&assembler.finish(), &pointers(good_address, target, warm))
}

/// Go on with the next pointer; halt after the last one.
fn next(assembler: &mut Assembler, top: Label) {
    assembler.immediate(ADDI, POINTERS, POINTERS, 8);
    assembler.immediate(ADDI, LEFT, LEFT, -1);
    assembler.branch(BNE, LEFT, 0, top);
    assembler.constant(5, 0);
    assembler.constant(10, 0);
    assembler.ecall();
}
