//! System calls with every combination of unusual arguments end as on SP1.

use attestor_engine::Mode;
use attestor_engine_check::assembler::Assembler;
use attestor_engine_check::elf::{DATA, elf};
use attestor_engine_check::outcome::{End, Verdict, judge};
use attestor_engine_check::{attestor, sp1_portable, unprovable};

const HALT: u64 = 0x00;
const WRITE: u64 = 0x02;
const ENTER_UNCONSTRAINED: u64 = 0x03;
const COMMIT: u64 = 0x10;
const COMMIT_DEFERRED_PROOFS: u64 = 0x1a;
const HINT_READ: u64 = 0xf1;
const PUBLIC_VALUES: u64 = 13;
const POSEIDON2: u64 = 0x0133;
/// The circuits have no memory below.
const MEMORY_START: u64 = 1 << 16;
/// Where nothing is.
const FRESH: u64 = DATA + 0x1_0000;
const MEMORY_END: u64 = 1 << 40;

/// Where pointers have their edge cases: aligned or not, at both ends of memory, and outside of it.
const POINTERS: [u64; 16] = [
    0,
    MEMORY_START - 8,
    MEMORY_START,
    FRESH,
    FRESH + 4,
    DATA,
    DATA + 4,
    DATA + 7,
    MEMORY_END - 8,
    MEMORY_END - 1,
    MEMORY_END,
    MEMORY_END + 8,
    1 << 63,
    u64::MAX - 7,
    u64::MAX - 2,
    u64::MAX,
];

/// A program that makes calls, a number and its arguments each, shows some memory, and halts.
fn program(calls: &[(u64, &[u64])]) -> Vec<u8> {
    let mut assembler = Assembler::default();
    let shown: (u64, &[u64]) = (WRITE, &[PUBLIC_VALUES, DATA, 512]);
    let deferred: (u64, &[u64]) = (COMMIT_DEFERRED_PROOFS, &[0, 0]);
    for (number, arguments) in calls.iter().chain([&shown, &deferred, &(HALT, &[0][..])]) {
        for (register, value) in (10..).zip(*arguments) {
            assembler.constant(register, *value);
        }
        assembler.constant(5, *number);
        assembler.ecall();
    }
    let data: Vec<u8> = (0..512_u32).map(|index| (index * 7 % 251) as u8).collect();
    elf(&assembler.finish(), &data)
}

/// How ours ended: as SP1, or by a rule of the circuits on SP1's way.
fn assert_same(calls: &[(u64, &[u64])], stdin: &[Vec<u8>]) -> End {
    let elf = program(calls);
    let sp1 = sp1_portable::run(&elf, stdin, 1 << 28);
    let mut end = End::NoAnswer;
    for mode in [Mode::InterpreterOnly, Mode::TieredAt { hot: 0 }] {
        let limits = attestor::wide_limits(1 << 20);
        let ours = attestor::run(&elf, stdin, &limits, mode);
        let detail = format!("{calls:x?}: {:?} ({}), {:?}", ours.end, ours.detail, sp1.end);
        let (verdict, expected) = match ours.end {
            End::Unprovable => (unprovable::judge(&elf, stdin, &limits), Verdict::Unprovable),
            _ => (judge(&ours.end, &sp1.end), Verdict::Same),
        };
        assert_eq!(verdict, expected, "{detail}: {}", sp1.detail);
        end = ours.end;
    }
    end
}

#[test]
fn writes_of_any_place_and_length() {
    for file in [0, 1, 2, PUBLIC_VALUES, 14, 22, PUBLIC_VALUES | 1 << 32, 1 | 1 << 32] {
        for pointer in POINTERS {
            for length in [0, 1, 2, 5, 7, 8, 9, 16, 600] {
                assert_same(&[(WRITE, &[file, pointer, length])], &[]);
            }
        }
    }
}

#[test]
fn hints_to_any_place_and_of_any_length() {
    let mut halted = 0;
    for pointer in POINTERS {
        for length in [0, 1, 7, 8, 9, 64] {
            for said in [length, length + 1] {
                let end =
                    assert_same(&[(HINT_READ, &[pointer, said])], &[vec![9; length as usize]]);
                halted += u32::from(matches!(end, End::Halted(_)));
            }
        }
    }
    assert!(halted >= 12, "{halted}");
}

#[test]
fn commits_of_any_index_and_word() {
    for index in [0, 7, 8, 1 << 32, u64::MAX] {
        for word in [0, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            assert_same(&[(COMMIT, &[index, word])], &[]);
        }
    }
}

#[test]
fn precompiles_with_pointers_to_any_place() {
    for number in [
        0x30_0105, 0x01_0106, 0x01_0109, 0x01_0107, 0x00_0108, 0x01_010a, 0x00_010b, 0x01_012c,
        0x00_012d, 0x01_010e, 0x00_010f, 0x01_011e, 0x00_011f, 0x01_0120, 0x01_0123, 0x01_0125,
        0x01_0126, 0x01_0129, 0x01_012b, 0x01_011d, 0x01_0130, 0x01_0131, POSEIDON2,
    ] {
        for first in POINTERS {
            for second in [0, DATA + 64, DATA + 1, MEMORY_END - 16, u64::MAX - 7] {
                if number == POSEIDON2 && wraps(first) {
                    continue;
                }
                let arguments = [first, second, DATA + 128, DATA + 160, DATA + 192];
                assert_same(&[(number, &arguments)], &[]);
            }
        }
    }
}

/// SP1 6.10.0 takes no words from an operand that wraps, reads them all the same, and crashes.
fn wraps(pointer: u64) -> bool {
    pointer.is_multiple_of(8) && pointer.checked_add(64).is_none()
}

#[test]
fn poseidon2_of_an_operand_that_wraps_is_a_fault_of_ours() {
    for pointer in POINTERS.into_iter().filter(|pointer| wraps(*pointer)) {
        let elf = program(&[(POSEIDON2, &[pointer, 0])]);
        let ours = attestor::run(&elf, &[], &attestor::wide_limits(1 << 20), Mode::Tiered);
        assert_eq!(ours.end, End::Fault, "{pointer:#x}");
    }
}

#[test]
fn unconstrained_blocks_may_only_write() {
    for number in [HALT, ENTER_UNCONSTRAINED, COMMIT, HINT_READ, 0xf0, 0x01_0109, 0x1b, 0x99] {
        let end = assert_same(&[(ENTER_UNCONSTRAINED, &[]), (number, &[DATA, 0])], &[]);
        assert_eq!(end, End::Fault, "{number:#x}");
    }
}
