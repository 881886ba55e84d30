use super::*;

const CODE: u32 = 0x0020_0800;
const RX: u32 = 5;
const RW: u32 = 6;

/// Address, flags, bytes in the file (16 of which are there) and in memory.
type Part = (u32, u32, u32, u32);

fn file(parts: &[Part], entry: u32) -> Vec<u8> {
    let halves =
        |values: &[u16]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let words =
        |values: &[u32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let count = u16::try_from(parts.len()).unwrap();
    let offset = 52 + 32 * u32::from(count);
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend(halves(&[ET_EXEC, EM_RISCV]));
    file.extend(words(&[1, entry, 52, 0, 0]));
    file.extend(halves(&[52, 32, count, 40, 0, 0]));
    for (address, flags, bytes, memory) in parts {
        file.extend(words(&[PT_LOAD, offset, *address, *address, *bytes, *memory, *flags, 4]));
    }
    file.extend([0; 16]);
    file
}

fn checked(parts: &[Part], entry: u32) -> Result<(), String> {
    check(&file(parts, entry)).map_err(|failure| {
        assert_eq!(failure.class, Class::InvalidElf);
        failure.detail
    })
}

#[test]
fn code_and_data_within_bounds_pass() {
    let most = u32::try_from(4 * MAX_ROWS - 16).unwrap();
    let code = (CODE, RX, 16, 16);

    assert_eq!(checked(&[code], CODE), Ok(()));
    assert_eq!(checked(&[(FIRST_ADDRESS, RW, 1, 3), code], CODE + 12), Ok(()));
    assert_eq!(checked(&[code, (CODE + 16, RX, 8, 8), (CODE + 24, RW, 0, 4)], CODE + 20), Ok(()));
    assert_eq!(checked(&[code, (0x0100_0000, RW, 0, most)], CODE), Ok(()));
    assert_eq!(checked(&[code, (ADDRESS_LIMIT - 4, RW, 4, 4)], CODE), Ok(()));
}

#[test]
fn what_the_loader_would_take_wrongly_is_refused() {
    let code = (CODE, RX, 16, 16);
    let most = u32::try_from(4 * MAX_ROWS - 12).unwrap();
    let cases: &[(&[Part], u32, &str)] = &[
        (&[(28, RW, 4, 4), code], CODE, "out of range"),
        (&[code, (ADDRESS_LIMIT - 4, RW, 4, 5)], CODE, "out of range"),
        (&[code, (0x0100_0000, RW, 5, 4)], CODE, "out of range"),
        (&[code, (0x0100_0002, RW, 4, 4)], CODE, "not aligned"),
        (&[code, (0x0100_0000, RW, 17, 17)], CODE, "after the file"),
        (&[code, (CODE + 12, RW, 4, 4)], CODE, "overlap"),
        (&[(CODE + 16, RW, 4, 4), code], CODE, "overlap, or are not in order"),
        (&[code, (CODE + 20, RX, 4, 4)], CODE, "not in one piece"),
        (&[code, (0x0100_0000, RW, 0, most)], CODE, "words, at most"),
        (&[(CODE, RW, 16, 16)], CODE, "no code"),
        (&[code], CODE + 16, "at no instruction"),
        (&[code], CODE + 2, "at no instruction"),
        (&[code, (CODE + 16, RW, 4, 4)], CODE + 16, "at no instruction"),
    ];
    for (parts, entry, told) in cases {
        let detail = checked(parts, *entry).unwrap_err();
        assert!(detail.contains(told), "{detail} instead of {told}");
    }
}

#[test]
fn other_files_are_refused() {
    let good = file(&[(CODE, RX, 16, 16)], CODE);
    for (place, value) in [(0, 0), (4, 2), (5, 2), (16, 3), (18, 62)] {
        let mut bad = good.clone();
        bad[place] = value;
        assert!(check(&bad).is_err(), "byte {place}");
    }
    for length in 0..good.len() {
        assert!(check(&good[..length]).is_err(), "{length} bytes");
    }
}
