//! What an ELF must be before SP1's loader sees it.
//!
//! The loader of v3.4 takes segments at any address, registers' too, joins code that is not
//! contiguous, and makes an entry in a table for each word of zeros. `attestor/core/elf_v3.py` makes
//! the same checks with longer explanations; these hold when this program is called without it.

use elf::ElfBytes;
use elf::abi::{EM_RISCV, ET_EXEC, PF_X, PT_LOAD};
use elf::endian::LittleEndian;
use elf::file::Class as Bits;
use elf::segment::ProgramHeader;

use crate::failure::{Class, Failure};

/// The circuits' tables of instructions and of words of memory have so many rows at most.
pub(crate) const MAX_ROWS: u64 = 1 << 22;
/// Registers are below.
pub(crate) const FIRST_ADDRESS: u32 = 32;
/// Of BabyBear, in which addresses are one element.
pub(crate) const ADDRESS_LIMIT: u32 = 0x7800_0000;
const WORD: u64 = 4;
const MAX_SEGMENTS: usize = 256;

/// Refuse what SP1's loader must not see.
pub(crate) fn check(file: &[u8]) -> Result<(), Failure> {
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).map_err(invalid)?;
    if elf.ehdr.class != Bits::ELF32 {
        return Err(invalid("not a 32-bit program, as those of SP1 v3 are"));
    }
    if elf.ehdr.e_machine != EM_RISCV || elf.ehdr.e_type != ET_EXEC {
        return Err(invalid("not a RISC-V executable"));
    }
    let segments = elf.segments().ok_or_else(|| invalid("no segments"))?;
    if segments.len() > MAX_SEGMENTS {
        return Err(invalid("too many segments"));
    }
    let loads: Vec<ProgramHeader> =
        segments.iter().filter(|segment| segment.p_type == PT_LOAD).collect();
    loads.iter().try_for_each(|load| check_load(file, load))?;
    check_layout(&loads)?;
    check_entry(elf.ehdr.e_entry, &loads)
}

fn check_load(file: &[u8], load: &ProgramHeader) -> Result<(), Failure> {
    let end = load.p_offset.checked_add(load.p_filesz);
    if end.is_none_or(|end| end > file.len() as u64) {
        return Err(invalid("a segment ends after the file"));
    }
    if load.p_vaddr % WORD != 0 {
        return Err(invalid("a segment is not aligned to 4 bytes"));
    }
    let end = load.p_vaddr.checked_add(load.p_memsz);
    let outside = end.is_none_or(|end| end > ADDRESS_LIMIT.into());
    if outside || load.p_vaddr < FIRST_ADDRESS.into() || load.p_filesz > load.p_memsz {
        return Err(invalid("a segment's place or size in memory is out of range"));
    }
    Ok(())
}

/// In order, apart from each other, small enough; code in one piece.
fn check_layout(loads: &[ProgramHeader]) -> Result<(), Failure> {
    if loads.windows(2).any(|pair| word_end(&pair[0]) > pair[1].p_vaddr) {
        return Err(invalid("segments overlap, or are not in order"));
    }
    let words: u64 = loads.iter().map(|load| load.p_memsz.div_ceil(WORD)).sum();
    if words > MAX_ROWS {
        return Err(invalid(format!("segments fill {words} words, at most {MAX_ROWS}")));
    }
    let code: Vec<&ProgramHeader> = loads.iter().filter(|load| load.p_flags & PF_X != 0).collect();
    if code.windows(2).any(|pair| pair[0].p_vaddr + pair[0].p_filesz != pair[1].p_vaddr) {
        return Err(invalid("code is not in one piece"));
    }
    if code.iter().all(|load| load.p_filesz == 0) {
        return Err(invalid("no code"));
    }
    Ok(())
}

fn check_entry(entry: u64, loads: &[ProgramHeader]) -> Result<(), Failure> {
    let is_code = |load: &ProgramHeader| {
        let offset = entry.checked_sub(load.p_vaddr);
        load.p_flags & PF_X != 0 && offset.is_some_and(|offset| offset < load.p_filesz)
    };
    if entry % WORD != 0 || !loads.iter().any(is_code) {
        return Err(invalid("the entry point is at no instruction"));
    }
    Ok(())
}

fn word_end(load: &ProgramHeader) -> u64 {
    (load.p_vaddr + load.p_memsz).next_multiple_of(WORD)
}

fn invalid(detail: impl ToString) -> Failure {
    Failure::new(Class::InvalidElf, detail.to_string())
}

#[cfg(test)]
mod tests;
