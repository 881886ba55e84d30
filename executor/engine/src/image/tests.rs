use super::Image;
use crate::assembly::{BASE, halt};

/// A segment's type, flags, address, bytes in the file and in memory.
type Header<'a> = (u32, u32, u64, &'a [u8], u64);

const CODE: u32 = 5;
const DATA: u32 = 6;

fn file(entry: u64, headers: &[Header]) -> Vec<u8> {
    let mut file = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend([2, 0, 243, 0, 1, 0, 0, 0]);
    file.extend([entry, 64, 0].map(u64::to_le_bytes).concat());
    file.extend([0, 0, 0, 0, 64, 0, 56, 0, headers.len() as u8, 0, 64, 0, 0, 0, 0, 0]);
    let mut offset = 64 + 56 * headers.len() as u64;
    for (kind, flags, address, bytes, size) in headers {
        file.extend([kind.to_le_bytes(), flags.to_le_bytes()].concat());
        let length = bytes.len() as u64;
        let words = [offset, *address, *address, length, *size, 4];
        file.extend(words.map(u64::to_le_bytes).concat());
        offset += length;
    }
    headers.iter().for_each(|header| file.extend(header.3));
    file
}

fn code() -> Vec<u8> {
    halt().into_iter().flat_map(u32::to_le_bytes).collect()
}

fn error(entry: u64, headers: &[Header]) -> String {
    Image::parse(&file(entry, headers)).err().expect("an error").to_string()
}

#[test]
fn a_program_has_its_instructions_and_segments() {
    let (code, data) = (code(), [7; 8]);
    let headers = [(1, CODE, BASE, &code[..], 12), (1, DATA, BASE + 64, &data[..], 100)];
    let image = Image::parse(&file(BASE + 4, &headers)).expect("a program");
    assert_eq!((image.instructions.len(), image.base, image.entry), (3, BASE, BASE + 4));
    assert_eq!(image.segments[1].bytes, data);
    assert_eq!(image.end, BASE + 164);
}

#[test]
fn instructions_are_found_by_their_rounded_address() {
    let code = code();
    let image = Image::parse(&file(BASE, &[(1, CODE, BASE, &code, 12)])).expect("a program");
    let found = [BASE - 1, BASE, BASE + 6, BASE + 11, BASE + 12, 0].map(|pc| image.index(pc));
    assert_eq!(found, [None, Some(0), Some(1), Some(2), None, None]);
}

#[test]
fn what_sp1s_loader_refuses_is_refused() {
    let code = code();
    let good = (1, CODE, BASE, &code[..], 12);
    for (headers, reason) in [
        (vec![], "segment"),
        (vec![(1, DATA, BASE, &code[..], 12)], "no executable"),
        (vec![(1, CODE, BASE, &code[..0], 0)], "no instructions"),
        (vec![(1, CODE, BASE - 4, &code[..], 12)], "too low"),
        (vec![(1, CODE, BASE + 2, &code[..], 12)], "misaligned"),
        (vec![(1, 7, BASE, &code[..], 12)], "both"),
        (vec![(1, 1, BASE, &code[..], 12)], "unreadable"),
        (vec![good, (1, CODE, BASE + 16, &code[..], 12)], "gap"),
        (vec![good, (1, DATA, BASE + 8, &code[..], 12)], "order"),
        (vec![good, (1, DATA, u64::MAX - 3, &code[..], 12)], "wraps"),
        (vec![good, (1, DATA, BASE + 64, &code[..], 1 << 30)], "too much"),
        (vec![good, (4, 4, 0, b"..SUCCINCT", 10)], "SUCCINCT"),
        (vec![(1, CODE, BASE, &[0; 8], 8)], "no instruction of"),
    ] {
        let message = error(BASE, &headers);
        assert!(message.contains(reason), "{message} has no {reason}");
    }
    assert!(error(BASE + 2, &[good]).contains("entry"));
    assert!(Image::parse(b"no ELF").is_err());
    let truncated = file(BASE, &[good]);
    assert!(Image::parse(&truncated[..truncated.len() - 1]).is_err());
}

#[test]
fn a_mebibyte_of_notes_is_gone_through_and_no_more() {
    let (code, notes) = (code(), vec![0; (1 << 20) - 4]);
    let good = (1, CODE, BASE, &code[..], 12);
    // Notes without a name or content.
    let with = |more| file(BASE, &[good, (4, 4, 0, &notes, 0), (4, 4, 0, &notes[..more], 0)]);
    assert!(Image::parse(&with(0)).is_ok());
    let message = Image::parse(&with(12)).err().expect("an error").to_string();
    assert!(message.contains("too many notes"), "{message}");
}

/// A program with sections of these names' places and sizes, behind one that holds the names.
fn with_sections(names: &[u8], sections: &[(u32, u64)]) -> Vec<u8> {
    const HEADER: usize = 64;
    let code = code();
    let mut file = file(BASE, &[(1, CODE, BASE, &code, 12)]);
    let (start, end) = (file.len(), file.len() + names.len());
    file.extend(names);
    let header = |name: u32, kind: u32, offset: usize, size: u64| {
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&name.to_le_bytes());
        header[4..8].copy_from_slice(&kind.to_le_bytes());
        header[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
        header[32..40].copy_from_slice(&size.to_le_bytes());
        header
    };
    file.extend([[0; HEADER], header(0, 3, start, names.len() as u64)].concat());
    sections.iter().for_each(|&(name, size)| file.extend(header(name, 1, start, size)));
    file[40..48].copy_from_slice(&(end as u64).to_le_bytes());
    let count = (2 + sections.len() as u16).to_le_bytes();
    file[58..64].copy_from_slice(&[HEADER as u8, 0, count[0], count[1], 1, 0]);
    file
}

#[test]
fn the_profilers_section_must_end_in_the_file() {
    let names = b"\0.text\0__sp1_profiler_stack\0";
    for (name, size, fits) in
        [(7, 8, true), (7, 1 << 20, false), (1, 1 << 20, true), (9, 1 << 20, true)]
    {
        assert_eq!(Image::parse(&with_sections(names, &[(name, size)])).is_ok(), fits, "{name}");
    }
}

#[test]
fn names_of_sections_are_not_read_to_their_end() {
    // 10^11 bytes if they were.
    let names = [vec![b'_'; 2 << 20], vec![0]].concat();
    assert!(Image::parse(&with_sections(&names, &vec![(0, 0); 50_000])).is_ok());
}
