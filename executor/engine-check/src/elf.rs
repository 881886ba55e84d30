//! An ELF of two segments, as SP1's loader wants it.

/// Where the code starts.
pub const CODE: u64 = 0x7800_0000;
/// Where the data starts: in one window of 2 MiB with the code, which SP1 allocates as a whole.
pub const DATA: u64 = 0x7810_0000;

const HEADER_BYTES: usize = 64;
const SEGMENT_HEADER_BYTES: usize = 56;
const EXECUTABLE: u16 = 2;
const RISCV: u16 = 243;
const LOAD: u32 = 1;
const READ_EXECUTE: u32 = 5;
const READ_WRITE: u32 = 6;
const NOP: u32 = 0x13;

/// The file of a program that starts with the first of `code`'s words.
///
/// Source: System V ABI, chapter 4 (header) and 5 (program header), 64-bit little-endian forms.
pub fn elf(code: &[u32], data: &[u8]) -> Vec<u8> {
    let mut code = code.to_vec();
    // SP1's key of a program depends on its version when a segment ends inside an 8-byte word.
    if code.len() % 2 == 1 {
        code.push(NOP);
    }
    let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    let code_offset = (HEADER_BYTES + 2 * SEGMENT_HEADER_BYTES) as u64;
    let data_offset = code_offset + code.len() as u64;
    let mut file = header();
    file.extend(segment(READ_EXECUTE, code_offset, CODE, code.len() as u64));
    file.extend(segment(READ_WRITE, data_offset, DATA, data.len() as u64));
    file.extend(code);
    file.extend(data);
    file
}

fn header() -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01".to_vec();
    header.resize(16, 0);
    for half in [EXECUTABLE, RISCV] {
        header.extend(half.to_le_bytes());
    }
    header.extend(1_u32.to_le_bytes());
    for word in [CODE, HEADER_BYTES as u64, 0] {
        header.extend(word.to_le_bytes());
    }
    header.extend(0_u32.to_le_bytes());
    for half in [HEADER_BYTES as u16, SEGMENT_HEADER_BYTES as u16, 2, 0, 0, 0] {
        header.extend(half.to_le_bytes());
    }
    header
}

fn segment(flags: u32, offset: u64, address: u64, bytes: u64) -> Vec<u8> {
    let mut segment = LOAD.to_le_bytes().to_vec();
    segment.extend(flags.to_le_bytes());
    for word in [offset, address, address, bytes, bytes, 8] {
        segment.extend(word.to_le_bytes());
    }
    segment
}
