//! What an ELF must be before SP1's loader sees it.
//!
//! The loader panics on some malformed files, takes all memory for others, and reads some
//! differently from version to version. `attestor/core/elf.py` makes the same checks with longer
//! explanations; these hold when this program is called without it.

use elf::ElfBytes;
use elf::abi::{EI_CLASS, ELFCLASS32, EM_RISCV, ET_EXEC, PF_X, PT_LOAD, PT_NOTE};
use elf::endian::LittleEndian;
use elf::segment::ProgramHeader;

use crate::failure::{Class, Failure};

/// The most bytes that all segments together may fill at the start.
pub(crate) const MAX_IMAGE_BYTES: u64 = 64 << 20;
/// Addresses in the circuit have three limbs of 16 bits.
pub(crate) const ADDRESS_LIMIT: u64 = 1 << 48;
const MAX_SEGMENTS: usize = 256;
/// The most bytes of notes, which may lie over each other in the file, and are gone through one by one.
const MAX_NOTE_BYTES: u64 = 1 << 20;
const UNTRUSTED_NOTE: &[u8] = b"SUCCINCT";

/// Refuse what SP1's loader must not see.
pub(crate) fn check(file: &[u8]) -> Result<(), Failure> {
    if file.get(EI_CLASS) == Some(&ELFCLASS32) {
        return Err(invalid("a 32-bit program: those are for SP1 v3 to v5"));
    }
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).map_err(invalid)?;
    if elf.ehdr.e_machine != EM_RISCV || elf.ehdr.e_type != ET_EXEC {
        return Err(invalid("not a RISC-V executable"));
    }
    let segments = elf.segments().ok_or_else(|| invalid("no segments"))?;
    if segments.len() > MAX_SEGMENTS {
        return Err(invalid("too many segments"));
    }
    let (mut image_bytes, mut note_bytes) = (0_u64, 0_u64);
    let mut entry_is_code = false;
    for segment in segments.iter() {
        match segment.p_type {
            PT_NOTE => {
                note_bytes = note_bytes.saturating_add(segment.p_filesz);
                require_at_most(MAX_NOTE_BYTES, note_bytes, "bytes of notes")?;
                check_note(file, &segment)?;
            }
            PT_LOAD => {
                check_load(file, &segment)?;
                image_bytes = image_bytes.saturating_add(segment.p_memsz);
                entry_is_code |= holds_code(&segment, elf.ehdr.e_entry);
            }
            _ => {}
        }
    }
    require_at_most(MAX_IMAGE_BYTES, image_bytes, "bytes that segments fill")?;
    if !entry_is_code {
        return Err(invalid("the entry point is in no executable segment"));
    }
    Ok(())
}

fn holds_code(segment: &ProgramHeader, address: u64) -> bool {
    segment.p_flags & PF_X != 0
        && address.checked_sub(segment.p_vaddr).is_some_and(|offset| offset < segment.p_filesz)
}

fn check_load(file: &[u8], segment: &ProgramHeader) -> Result<(), Failure> {
    content(file, segment)?;
    let end = segment.p_vaddr.checked_add(segment.p_memsz);
    if segment.p_filesz > segment.p_memsz || end.is_none_or(|end| end > ADDRESS_LIMIT) {
        return Err(invalid("a segment's size in memory is out of range"));
    }
    let file_end = (segment.p_vaddr + segment.p_filesz).next_multiple_of(4);
    let shares_word = file_end % 8 == 4 || segment.p_filesz % 8 == 4;
    if shares_word && segment.p_memsz > segment.p_filesz {
        // SP1 up to 6.4 zeroes the last four bytes of the file part, later versions do not.
        return Err(Failure::new(
            Class::Unsupported,
            "a segment's file part ends in the middle of an 8-byte word that zeros fill up: \
             its key depends on the SP1 version; pad .data to 8 bytes",
        ));
    }
    Ok(())
}

fn check_note(file: &[u8], segment: &ProgramHeader) -> Result<(), Failure> {
    let notes = content(file, segment)?;
    if notes.windows(UNTRUSTED_NOTE.len()).any(|window| window == UNTRUSTED_NOTE) {
        return Err(Failure::new(
            Class::Unsupported,
            "the program carries the SUCCINCT note: it runs untrusted code, which needs other \
             circuits",
        ));
    }
    Ok(())
}

fn content<'a>(file: &'a [u8], segment: &ProgramHeader) -> Result<&'a [u8], Failure> {
    let start = usize::try_from(segment.p_offset).ok();
    let length = usize::try_from(segment.p_filesz).ok();
    start
        .zip(length)
        .and_then(|(start, length)| file.get(start..start.checked_add(length)?))
        .ok_or_else(|| invalid("a segment ends after the file"))
}

fn require_at_most(most: u64, found: u64, what: &str) -> Result<(), Failure> {
    if found <= most {
        return Ok(());
    }
    Err(invalid(format!("{found} {what}, at most {most}")))
}

fn invalid(detail: impl ToString) -> Failure {
    Failure::new(Class::InvalidElf, detail.to_string())
}

#[cfg(test)]
mod tests;
