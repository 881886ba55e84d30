use super::*;

const CODE: u64 = 0x7800_0000;
const R_X: u32 = 5;
const R_W: u32 = 6;

/// One program header; the file part is `bytes`.
struct Segment {
    kind: u32,
    flags: u32,
    address: u64,
    bytes: Vec<u8>,
    memory_bytes: u64,
}

fn code() -> Segment {
    Segment {
        kind: PT_LOAD,
        flags: R_X,
        address: CODE,
        bytes: vec![0x13, 0, 0, 0],
        memory_bytes: 4,
    }
}

fn data(address: u64, file_bytes: usize, memory_bytes: u64) -> Segment {
    Segment { kind: PT_LOAD, flags: R_W, address, bytes: vec![1; file_bytes], memory_bytes }
}

fn note(name: &[u8]) -> Segment {
    Segment { kind: PT_NOTE, flags: 4, address: 0, bytes: name.to_vec(), memory_bytes: 0 }
}

fn file(entry: u64, segments: &[Segment]) -> Vec<u8> {
    let mut headers = Vec::new();
    let mut contents = Vec::new();
    let start = 64 + 56 * segments.len();
    for segment in segments {
        headers.extend_from_slice(&segment.kind.to_le_bytes());
        headers.extend_from_slice(&segment.flags.to_le_bytes());
        let offset = (start + contents.len()) as u64;
        let file_bytes = segment.bytes.len() as u64;
        let words = [offset, segment.address, segment.address, file_bytes, segment.memory_bytes, 8];
        headers.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        contents.extend_from_slice(&segment.bytes);
    }
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    elf.extend([ET_EXEC, EM_RISCV].iter().flat_map(|half| half.to_le_bytes()));
    elf.extend(1_u32.to_le_bytes());
    elf.extend([entry, 64, 0].iter().flat_map(|word| word.to_le_bytes()));
    elf.extend(0_u32.to_le_bytes());
    let count = segments.len() as u16;
    elf.extend([64, 56, count, 64, 0, 0].iter().flat_map(|half: &u16| half.to_le_bytes()));
    elf.extend(headers);
    elf.extend(contents);
    elf
}

fn refused(elf: &[u8], class: Class, words: &str) {
    let failure = check(elf).unwrap_err();
    assert_eq!(failure.class, class, "{failure:?}");
    assert!(failure.detail.contains(words), "{failure:?}");
}

#[test]
fn sound_program_passes() {
    let elf = file(CODE, &[code(), data(CODE + 0x1000, 16, 4096), note(b"GNU\0")]);

    assert_eq!(check(&elf), Ok(()));
}

#[test]
fn every_truncation_is_refused_without_a_panic() {
    let elf = file(CODE, &[code(), data(CODE + 0x1000, 16, 4096)]);

    for length in 0..elf.len() {
        assert!(check(&elf[..length]).is_err(), "{length}");
    }
}

#[test]
fn any_byte_may_be_wrong_without_a_panic() {
    let elf = file(CODE, &[code(), data(CODE + 0x1000, 16, 4096), note(b"GNU\0")]);

    for position in 0..elf.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = elf.clone();
            changed[position] = value;
            let _ = check(&changed);
        }
    }
}

#[test]
fn other_classes_machines_and_types_are_refused() {
    for (position, value) in [(4, 1), (4, 3), (5, 2), (16, 3), (18, 62)] {
        let mut elf = file(CODE, &[code()]);
        elf[position] = value;
        assert_eq!(check(&elf).unwrap_err().class, Class::InvalidElf, "byte {position}");
    }
}

#[test]
fn zeros_that_share_a_word_with_file_bytes_are_refused() {
    for file_bytes in [4, 12, 9, 10] {
        let elf = file(CODE, &[code(), data(CODE + 0x1000, file_bytes, 64)]);
        refused(&elf, Class::Unsupported, "8-byte word");
    }
    for file_bytes in [8, 16, 5, 6] {
        let elf = file(CODE, &[code(), data(CODE + 0x1000, file_bytes, 64)]);
        assert_eq!(check(&elf), Ok(()), "{file_bytes}");
    }
    assert_eq!(check(&file(CODE, &[code(), data(CODE + 0x1000, 12, 12)])), Ok(()));
}

#[test]
fn note_for_untrusted_programs_is_refused() {
    let elf = file(CODE, &[code(), note(b"\x09\0\0\0\x14\0\0\0\x01\0\0\0SUCCINCT\0")]);

    refused(&elf, Class::Unsupported, "SUCCINCT");
}

#[test]
fn more_notes_than_one_would_go_through_are_refused() {
    let half = vec![0; 1 << 19];
    let fits = file(CODE, &[code(), note(&half), note(&half)]);
    let over = file(CODE, &[code(), note(&half), note(&half), note(b"G")]);

    assert_eq!(check(&fits), Ok(()));
    refused(&over, Class::InvalidElf, "1048577 bytes of notes, at most 1048576");
}

#[test]
fn image_over_the_bound_is_refused() {
    let fits = file(CODE, &[code(), data(CODE + 0x1000, 8, MAX_IMAGE_BYTES - 4)]);
    let over = file(CODE, &[code(), data(CODE + 0x1000, 8, MAX_IMAGE_BYTES - 3)]);

    assert_eq!(check(&fits), Ok(()));
    refused(&over, Class::InvalidElf, "at most 67108864");
}

#[test]
fn sizes_that_overflow_are_refused() {
    refused(&file(CODE, &[code(), data(u64::MAX - 7, 8, 16)]), Class::InvalidElf, "out of range");
    refused(&file(CODE, &[code(), data(CODE, 8, u64::MAX)]), Class::InvalidElf, "out of range");
    refused(&file(CODE, &[code(), data(ADDRESS_LIMIT - 8, 8, 16)]), Class::InvalidElf, "range");
    refused(&file(CODE, &[code(), data(CODE, 8, 4)]), Class::InvalidElf, "out of range");
}

#[test]
fn entry_outside_of_code_is_refused() {
    for entry in [0, CODE - 4, CODE + 4, CODE + 0x1000, u64::MAX] {
        let elf = file(entry, &[code(), data(CODE + 0x1000, 16, 16)]);
        refused(&elf, Class::InvalidElf, "entry point");
    }
    refused(&file(CODE, &[]), Class::InvalidElf, "");
}
