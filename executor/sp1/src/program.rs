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
    let mut loaded = file.to_vec();
    hide_sections(&mut loaded);
    sp1_program(&loaded)
}

/// The same for an engine of SP1's: without the zeros behind the segments. SP1's loader makes an entry
/// of each word, some two seconds for all that an image may have, and where no entry is an engine
/// reads zero. Of a run that SP1's JIT only cross-checks, ours tells whether `parse` takes it.
pub(crate) fn load_to_run(file: &[u8]) -> Result<Arc<Program>, Failure> {
    check(file)?;
    let mut loaded = file.to_vec();
    hide_sections(&mut loaded);
    leave_out_zeros(&mut loaded)?;
    sp1_program(&loaded)
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

/// Where the file's header tells of sections: their offset, and the size, number and names' index of
/// their headers. Source: System V ABI, chapter 4.
const SECTIONS: [Range<usize>; 2] = [40..48, 58..64];
/// Where a program header has the segment's size in memory. Source: the same, chapter 5.
const MEMORY_SIZE: Range<usize> = 40..48;

/// Let the file, of which a header was read, have no sections. SP1's loader reads the name of every
/// symbol to its end, hours for names that lie over each other in a small file, for profiles and for
/// untrusted programs alone.
fn hide_sections(file: &mut [u8]) {
    SECTIONS.into_iter().for_each(|field| file[field].fill(0));
}

/// Let segments end where their bytes in the file do.
fn leave_out_zeros(file: &mut [u8]) -> Result<(), Failure> {
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).map_err(invalid)?;
    let segments = elf.segments().ok_or_else(|| invalid("no segments"))?;
    let (first, each) = (elf.ehdr.e_phoff as usize, usize::from(elf.ehdr.e_phentsize));
    let zeros = segments.iter().map(|segment| {
        (segment.p_type == PT_LOAD && segment.p_memsz > segment.p_filesz)
            .then_some(segment.p_filesz)
    });
    for (index, size) in zeros.collect::<Vec<_>>().into_iter().enumerate() {
        if let Some(size) = size {
            file[first + index * each..][MEMORY_SIZE].copy_from_slice(&size.to_le_bytes());
        }
    }
    Ok(())
}

fn invalid(detail: impl ToString) -> Failure {
    Failure::new(Class::InvalidElf, detail.to_string())
}

#[cfg(test)]
mod tests;
