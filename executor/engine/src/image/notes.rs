//! The notes of an ELF, which SP1's loader walks through to find its mark of untrusted programs.

/// In a note of such a program.
const UNTRUSTED: &[u8] = b"SUCCINCT";
const HEADER_BYTES: usize = 12;

/// Refuse notes that SP1 cannot read, or that carry its mark in any place.
///
/// A note is the lengths of its name and content, a type (u32 LE each), then both, padded to four.
/// Source: System V ABI, chapter 5; sp1-core-executor, `Elf::process_note_segment`.
pub(super) fn check(notes: &[u8]) -> Result<(), &'static str> {
    if notes.windows(UNTRUSTED.len()).any(|window| window == UNTRUSTED) {
        return Err("it carries the SUCCINCT note: it runs untrusted code");
    }
    let mut rest = notes;
    while !rest.is_empty() {
        rest = behind_first(rest).ok_or("a note is malformed")?;
    }
    Ok(())
}

/// What follows the first note; SP1 does not miss the last one's padding.
fn behind_first(notes: &[u8]) -> Option<&[u8]> {
    let (header, rest) = notes.split_at_checked(HEADER_BYTES)?;
    let length =
        |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|index| header[at + index])) as usize;
    let (name, content) = (length(0), length(4));
    let text = rest.get(..name)?.split(|byte| *byte == 0).next()?;
    str::from_utf8(text).ok()?;
    let rest = rest.get(name.next_multiple_of(4)..)?;
    rest.get(..content)?;
    Some(rest.get(content.next_multiple_of(4)..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &[u8], content: &[u8]) -> Vec<u8> {
        let mut note = (name.len() as u32).to_le_bytes().to_vec();
        note.extend((content.len() as u32).to_le_bytes());
        note.extend(7_u32.to_le_bytes());
        for part in [name, content] {
            note.extend(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    }

    #[test]
    fn notes_of_any_name_and_length_are_passed() {
        let notes = [note(b"GNU\0", &[1, 2, 3]), note(b"", b""), note(b"abcde", &[9; 20])].concat();

        assert_eq!(check(&notes), Ok(()));
        assert_eq!(check(&[]), Ok(()));
        // Without the padding after the last content.
        assert_eq!(check(&note(b"GNU\0", &[1])[..17]), Ok(()));
    }

    #[test]
    fn mark_of_untrusted_programs_is_refused() {
        let error = check(&note(b"SUCCINCT", &[0; 24])).unwrap_err();

        assert!(error.contains("SUCCINCT"));
    }

    #[test]
    fn cut_notes_are_refused() {
        let whole = note(b"GNU\0", &[1, 2, 3, 4]);
        for length in 1..whole.len() {
            assert_eq!(check(&whole[..length]), Err("a note is malformed"), "{length}");
        }
        assert!(check(&note(&[0xff], b"")).is_err());
    }
}
