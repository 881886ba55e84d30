//! Accesses of compiled code, with addresses in registers and with known ones.

use attestor_precompiles::FIRST_ADDRESS;

use crate::assembly::{BASE, DATA, ECALL, addi, i_type, image, lui, slli, store};
use crate::exit::Exit;
use crate::translate::tests::compiled;

const POINTER: u32 = 8;
const OUTSIDE: u64 = 1 << 40;

/// Loads and stores of each width, with the bytes that they move.
fn accesses(offset: i32) -> Vec<(u32, u64)> {
    let loads = [(0, 1), (1, 2), (2, 4), (3, 8), (4, 1), (5, 2), (6, 4)];
    let loads = loads.map(|(funct3, bytes)| (i_type(0x03, funct3, 9, POINTER, offset), bytes));
    let stores = [(0, 1), (1, 2), (2, 4), (3, 8)];
    let stores = stores.map(|(funct3, bytes)| (store(funct3, 9, POINTER, offset), bytes));
    loads.into_iter().chain(stores).collect()
}

fn is_valid(address: u64, bytes: u64) -> bool {
    address < OUTSIDE && address.is_multiple_of(bytes)
}

#[test]
fn addresses_in_registers_are_checked() {
    const LOW: u64 = FIRST_ADDRESS;
    let bases = [
        0,
        1,
        2,
        4,
        8,
        LOW - 8,
        LOW,
        LOW + 1,
        DATA,
        OUTSIDE - 8,
        OUTSIDE - 1,
        OUTSIDE,
        1 << 63,
        u64::MAX - 7,
    ];
    for base in bases {
        for offset in [0, 1, 2, 4, 7, 8, 2047, -1, -8, -2048] {
            for (access, bytes) in accesses(offset) {
                let image = image(&[addi(1, 1, 1), access, ECALL]);
                let mut registers = [0; 32];
                registers[POINTER as usize] = base;
                let (exit, context) = compiled(&image, registers);
                let address = base.wrapping_add(i64::from(offset) as u64);
                if is_valid(address, bytes) && address < FIRST_ADDRESS {
                    assert_eq!((exit, context.address), (Exit::Low, address));
                } else if is_valid(address, bytes) {
                    assert_eq!((exit, context.pc), (Exit::Ecall, BASE + 8), "{address:#x}");
                } else {
                    let found = (exit, context.pc, context.address);
                    assert_eq!(found, (Exit::Access, BASE + 4, address), "{access:#x}");
                }
            }
        }
    }
}

#[test]
fn known_addresses_are_checked() {
    let pointers: [(Vec<u32>, u64); 4] = [
        (vec![lui(POINTER, DATA as u32)], DATA),
        (vec![addi(POINTER, 0, 2047)], 2047),
        (vec![lui(POINTER, 0x8000_0000)], i64::from(i32::MIN) as u64),
        (vec![addi(POINTER, 0, 1), slli(POINTER, POINTER, 40)], OUTSIDE),
    ];
    for (words, base) in &pointers {
        for offset in [0, 1, 2, 4, 8, -1, -8] {
            for (access, bytes) in accesses(offset) {
                let image = image(&[&words[..], &[access, ECALL]].concat());
                let (exit, context) = compiled(&image, [7; 32]);
                let address = base.wrapping_add(i64::from(offset) as u64);
                let pc = BASE + 4 * words.len() as u64;
                if is_valid(address, bytes) && address < FIRST_ADDRESS {
                    assert_eq!((exit, context.address), (Exit::Low, address));
                } else if is_valid(address, bytes) {
                    assert_eq!((exit, context.pc), (Exit::Ecall, pc + 4), "{address:#x}");
                } else {
                    let found = (exit, context.pc, context.address);
                    assert_eq!(found, (Exit::Access, pc, address), "{access:#x}");
                }
            }
        }
    }
}
