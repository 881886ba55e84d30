//! A program as SP1's loader reads it (sp1-core-executor, `disassembler/elf.rs`).

mod calls;
mod loading;
mod notes;

use std::fmt;

use elf::ElfBytes;
use elf::abi::{EM_RISCV, ET_EXEC, PF_R, PF_W, PF_X, PT_LOAD, PT_NOTE, SHN_XINDEX};
use elf::endian::LittleEndian;
use elf::file::Class;
use elf::section::SectionHeaderTable;
use elf::segment::ProgramHeader;

use crate::decode::decode;
use crate::instruction::Instruction;

/// Where the stack of SP1's programs starts; segments are above it.
const STACK_TOP: u64 = 0x7800_0000;
/// SP1's mark of segments that are not part of the program.
const PF_UNTRUSTED: u32 = 0x0010_0000;
const MAX_SEGMENTS: usize = 256;
const MAX_INSTRUCTIONS: usize = 1 << 22;
/// The most bytes of notes, which may lie over each other in the file.
const MAX_NOTE_BYTES: u64 = 1 << 20;
/// Of a section that SP1's loader reads, in builds that profile.
const PROFILER_SECTION: &[u8] = b"__sp1_profiler_stack\0";
/// The most bytes that all segments together may fill at the start.
const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// A program: its instructions, and what memory holds at the start.
pub struct Image {
    pub(crate) instructions: Vec<Instruction>,
    /// The address of the first instruction, a multiple of four.
    pub(crate) base: u64,
    pub(crate) entry: u64,
    pub(crate) segments: Vec<Segment>,
    /// The end of the last segment.
    pub(crate) end: u64,
}

pub(crate) struct Segment {
    pub address: u64,
    pub bytes: Vec<u8>,
    /// In memory, with the zeros behind the bytes.
    pub size: u64,
}

/// Why a file is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageError(pub String);

impl fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no program of SP1 v6: {}", self.0)
    }
}

impl std::error::Error for ImageError {}

impl Image {
    /// Read an ELF file.
    ///
    /// # Errors
    /// It is not what SP1's loader accepts, or is for another version or mode of SP1.
    pub fn parse(file: &[u8]) -> Result<Self, ImageError> {
        let elf = ElfBytes::<LittleEndian>::minimal_parse(file).map_err(invalid)?;
        if elf.ehdr.class != Class::ELF64 || elf.ehdr.e_machine != EM_RISCV {
            return Err(invalid("not for 64-bit RISC-V"));
        }
        if elf.ehdr.e_type != ET_EXEC || !elf.ehdr.e_entry.is_multiple_of(4) {
            return Err(invalid("not executable, or its entry point is misaligned"));
        }
        elf.symbol_table().map_err(invalid)?;
        check_profiler_section(&elf, file.len())?;
        let headers = elf.segments().ok_or_else(|| invalid("no segments"))?;
        if headers.len() > MAX_SEGMENTS {
            return Err(invalid("too many segments"));
        }
        let mut loader = Loader::default();
        let of_notes = headers.iter().filter(|header| header.p_type == PT_NOTE);
        let note_bytes = of_notes.fold(0, |all: u64, note| all.saturating_add(note.p_filesz));
        if note_bytes > MAX_NOTE_BYTES {
            return Err(invalid("too many notes"));
        }
        for header in headers.iter() {
            match header.p_type {
                PT_LOAD => loader.load(file, &header)?,
                PT_NOTE => {
                    let notes = content(file, header.p_offset, header.p_filesz)?;
                    notes::check(notes).map_err(invalid)?;
                }
                _ => {}
            }
        }
        loader.finish(elf.ehdr.e_entry)
    }

    /// Whether there is an instruction at the entry point.
    pub fn starts_in_code(&self) -> bool {
        self.index(self.entry).is_some()
    }

    /// What memory holds at the start in the word of eight bytes at this address.
    pub fn word(&self, address: u64) -> u64 {
        let byte = |address: u64| {
            let inside = |segment: &Segment| {
                let offset = address.checked_sub(segment.address)?;
                segment.bytes.get(usize::try_from(offset).ok()?).copied()
            };
            self.segments.iter().find_map(inside).unwrap_or(0)
        };
        u64::from_le_bytes(std::array::from_fn(|place| byte(address.wrapping_add(place as u64))))
    }

    /// The instruction that SP1 executes at `pc`: it rounds down to a multiple of four.
    #[inline(always)]
    pub(crate) fn index(&self, pc: u64) -> Option<usize> {
        let index = pc.wrapping_sub(self.base) / 4;
        (index < self.instructions.len() as u64).then_some(index as usize)
    }

    pub(crate) fn address(&self, index: usize) -> u64 {
        self.base + 4 * index as u64
    }
}

#[derive(Default)]
struct Loader {
    base: Option<u64>,
    instructions: Vec<Instruction>,
    segments: Vec<Segment>,
    end: u64,
    filled: u64,
}

impl Loader {
    fn load(&mut self, file: &[u8], header: &ProgramHeader) -> Result<(), ImageError> {
        let (start, flags) = (header.p_vaddr, header.p_flags);
        let end = start.checked_add(header.p_memsz).ok_or_else(|| invalid("a segment wraps"))?;
        if start < STACK_TOP.max(self.end) || !start.is_multiple_of(4) {
            return Err(invalid("a segment is too low, misaligned or not in order"));
        }
        if flags & PF_R == 0 || (flags & PF_W != 0 && flags & PF_X != 0) {
            return Err(invalid("a segment is unreadable, or both writable and executable"));
        }
        self.filled = self.filled.saturating_add(header.p_memsz);
        if self.filled > MAX_IMAGE_BYTES {
            return Err(invalid("the segments fill too much memory"));
        }
        // SP1 reads whole words of four bytes while they start inside of the segment.
        let length = header.p_filesz.min(header.p_memsz.next_multiple_of(4));
        // Where nothing is read, it does not matter from where.
        let bytes = if length == 0 { &[] } else { content(file, header.p_offset, length)? };
        if flags & PF_X != 0 && flags & PF_UNTRUSTED == 0 {
            self.add_code(start, bytes)?;
        }
        let (bytes, size) = (bytes.to_vec(), header.p_memsz);
        self.segments.push(Segment { address: start, bytes, size });
        self.end = end;
        Ok(())
    }

    fn add_code(&mut self, start: u64, bytes: &[u8]) -> Result<(), ImageError> {
        let base = *self.base.get_or_insert(start);
        if start != base + 4 * self.instructions.len() as u64 {
            return Err(invalid("the executable segments have a gap"));
        }
        self.instructions.reserve_exact(bytes.len().div_ceil(4).min(MAX_INSTRUCTIONS));
        for chunk in bytes.chunks(4) {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u32::from_le_bytes(word);
            let instruction = decode(word)
                .ok_or_else(|| invalid(format!("{word:#010x} is no instruction of RV64IM")))?;
            self.instructions.push(instruction);
        }
        if self.instructions.len() > MAX_INSTRUCTIONS {
            return Err(invalid("too many instructions"));
        }
        Ok(())
    }

    fn finish(self, entry: u64) -> Result<Image, ImageError> {
        let base = self.base.ok_or_else(|| invalid("no executable segment"))?;
        if self.instructions.is_empty() {
            return Err(invalid("no instructions"));
        }
        let Self { instructions, segments, end, .. } = self;
        Ok(Image { instructions, base, entry, segments, end })
    }
}

/// SP1's loader panics where this section ends after the file.
fn check_profiler_section(
    elf: &ElfBytes<'_, LittleEndian>,
    file_bytes: usize,
) -> Result<(), ImageError> {
    let Ok((Some(sections), Some(_))) = elf.section_headers_with_strtab() else {
        return Ok(());
    };
    let names = names_of_sections(elf, &sections).unwrap_or_default();
    // Names are not read to their end: they may lie over each other.
    let is_profiler = |name: u32| {
        names.get(name as usize..).is_some_and(|rest| rest.starts_with(PROFILER_SECTION))
    };
    let section = sections.iter().find(|section| is_profiler(section.sh_name));
    let fits = section.is_none_or(|section| {
        section.sh_offset.checked_add(section.sh_size).is_some_and(|end| end <= file_bytes as u64)
    });
    if fits { Ok(()) } else { Err(invalid("the profiler's section ends after the file")) }
}

fn names_of_sections<'a>(
    elf: &ElfBytes<'a, LittleEndian>,
    sections: &SectionHeaderTable<'a, LittleEndian>,
) -> Option<&'a [u8]> {
    let index = match elf.ehdr.e_shstrndx {
        SHN_XINDEX => sections.get(0).ok()?.sh_link as usize,
        index => index.into(),
    };
    Some(elf.section_data(&sections.get(index).ok()?).ok()?.0)
}

fn content(file: &[u8], offset: u64, length: u64) -> Result<&[u8], ImageError> {
    let range = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
    range
        .and_then(|(offset, length)| file.get(offset..offset.checked_add(length)?))
        .ok_or_else(|| invalid("a segment ends after the file"))
}

fn invalid(detail: impl ToString) -> ImageError {
    ImageError(detail.to_string())
}

#[cfg(test)]
mod tests;
