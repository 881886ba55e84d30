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
