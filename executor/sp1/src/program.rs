//! From an ELF to a program: ours, and the one that SP1 runs and has keys for.

use std::ops::Range;
use std::sync::Arc;

#[cfg(feature = "portable")]
use attestor_engine::Image;
use elf::ElfBytes;
use elf::abi::PT_LOAD;
use elf::endian::LittleEndian;
use sp1_core_executor::Program;

use crate::elf_check;
use crate::failure::{Class, Failure, guarded};

/// Load a hostile ELF for our engine, or say why not.
///
/// SP1's loader is not asked, which takes longer than many runs: what it refuses, these checks
/// refuse, and what they let pass, both load alike (`engine-check/tests/loading.rs`).
#[cfg(feature = "portable")]
pub(crate) fn parse(file: &[u8]) -> Result<Image, Failure> {
    elf_check::check(file)?;
    let image = guarded(Class::Crash, || Image::parse(file))?.map_err(invalid)?;
    if image.verifies_proofs() {
        return Err(Failure::new(
            Class::Unsupported,
            "the program verifies proofs of other programs, which execution does not check",
        ));
    }
    if !image.starts_in_code() {
        return Err(Failure::new(Class::InvalidElf, "the entry point is outside of the code"));
    }
    Ok(image)
}

/// Load an ELF that `parse` takes for SP1, with all of its words, of which a key is made.
pub(crate) fn load(file: &[u8]) -> Result<Arc<Program>, Failure> {
    check(file)?;
    sp1_program(&for_sp1(file, true)?)
}

/// The same for an engine of SP1's: without the zeros behind the segments. SP1's loader makes an entry
/// of each word, some two seconds for all that an image may have, and where no entry is an engine
/// reads zero. Of a run that SP1's JIT only cross-checks, ours tells whether `parse` takes it.
pub(crate) fn load_to_run(file: &[u8]) -> Result<Arc<Program>, Failure> {
    check(file)?;
    sp1_program(&for_sp1(file, false)?)
}

fn check(file: &[u8]) -> Result<(), Failure> {
    #[cfg(feature = "portable")]
    parse(file)?;
    elf_check::check(file)
}

fn sp1_program(file: &[u8]) -> Result<Arc<Program>, Failure> {
    let program = guarded(Class::InvalidElf, || Program::from(file))?.map_err(invalid)?;
    if program.enable_untrusted_programs {
        return Err(Failure::new(Class::Unsupported, "the program runs untrusted code"));
    }
    Ok(Arc::new(program))
}

/// The bytes of a file's header, and of a program's. Source: System V ABI, chapters 4 and 5.
const FILE_HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
/// In the former: where the programs' headers are, and what tells of sections.
const PROGRAMS: Range<usize> = 32..40;
const SECTIONS: [Range<usize>; 2] = [40..48, 58..64];
/// In the latter: where the segment is in the file, and its size in memory.
const PLACE: Range<usize> = 8..16;
const MEMORY_SIZE: Range<usize> = 40..48;

/// The file behind headers of its own, which tell of no sections: SP1's loader reads the name of every
/// symbol to its end, hours for names that lie over each other in a small file, for profiles and
/// for untrusted programs alone. Without `zeros` segments end where their bytes in the file do. The
/// file itself is as it was: segments may hold its headers.
fn for_sp1(file: &[u8], zeros: bool) -> Result<Vec<u8>, Failure> {
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).map_err(invalid)?;
    let segments = elf.segments().ok_or_else(|| invalid("no segments"))?;
    let headers = &file[elf.ehdr.e_phoff as usize..][..PROGRAM_HEADER * segments.len()];
    let mut made = [&file[..FILE_HEADER], headers, file].concat();
    let (header, rest) = made.split_at_mut(FILE_HEADER);
    header[PROGRAMS].copy_from_slice(&(FILE_HEADER as u64).to_le_bytes());
    SECTIONS.into_iter().for_each(|field| header[field].fill(0));
    let before = (FILE_HEADER + headers.len()) as u64;
    for (header, segment) in rest.chunks_mut(PROGRAM_HEADER).zip(segments.iter()) {
        header[PLACE].copy_from_slice(&segment.p_offset.saturating_add(before).to_le_bytes());
        if segment.p_type == PT_LOAD && !zeros {
            header[MEMORY_SIZE].copy_from_slice(&segment.p_filesz.to_le_bytes());
        }
    }
    Ok(made)
}

fn invalid(detail: impl ToString) -> Failure {
    Failure::new(Class::InvalidElf, detail.to_string())
}

#[cfg(test)]
mod tests;
