use std::path::Path;

use super::*;

fn guests() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests/elf");
    let files = ["fibonacci.elf", "test/sparse.elf", "test/oob.elf"].map(|name| folder.join(name));
    files.iter().map(|file| std::fs::read(file).expect("a guest")).collect()
}

/// The file with `zeros` more bytes of .bss in its last segment, which holds the file's headers.
fn with_zeros(file: &[u8], zeros: u64) -> Vec<u8> {
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).expect("a guest");
    let segments = elf.segments().expect("segments");
    let loaded = segments.iter().enumerate().filter(|(_, segment)| segment.p_type == PT_LOAD);
    let (last, segment) = loaded.last().expect("a segment");
    let at = elf.ehdr.e_phoff as usize + last * usize::from(elf.ehdr.e_phentsize);
    let mut longer = file.to_vec();
    let size = segment.p_filesz.max(segment.p_memsz) + zeros;
    longer[at..][MEMORY_SIZE].copy_from_slice(&size.to_le_bytes());
    longer[at..][PLACE].fill(0);
    longer
}

#[test]
fn to_run_a_program_all_but_its_zeros_is_loaded() {
    for file in guests() {
        let file = with_zeros(&file, 1 << 20);
        let whole = Program::from(&file).expect("a program");
        assert_eq!(load(&file).expect("it").memory_image, whole.memory_image);
        let to_run = load_to_run(&file).expect("it");
        let code = |program: &Program| format!("{:?}", program.instructions);
        assert!(code(&whole) == code(&to_run));
        assert_eq!((whole.pc_base, whole.pc_start_abs), (to_run.pc_base, to_run.pc_start_abs));
        let word = |program: &Program, address| program.memory_image.get(address).copied();
        for address in whole.memory_image.keys() {
            let kept = word(&to_run, address).unwrap_or(0);
            assert_eq!(word(&whole, address), Some(kept), "{address:#x}");
        }
        assert!(to_run.memory_image.keys().all(|address| whole.memory_image.contains_key(address)));
        assert!(to_run.memory_image.len() + (1 << 17) <= whole.memory_image.len());
    }
}

/// The file with so many symbols behind it, each with the same name of as many bytes.
fn with_symbols(file: &[u8], count: usize) -> Vec<u8> {
    const SECTION: usize = 64;
    let symbols = file.len().next_multiple_of(8);
    let names = symbols + 24 * count;
    let sections = (names + count + 2).next_multiple_of(8);
    let mut longer = file.to_vec();
    longer.resize(sections + 3 * SECTION, 0);
    for symbol in longer[symbols..names].chunks_mut(24) {
        // The name's place, and a function.
        symbol[0] = 1;
        symbol[4] = 2;
    }
    longer[names + 1..=names + count].fill(b'a');
    // Kind, offset, size, section of the names, and the size of each.
    let headers = [(2, symbols, 24 * count, 2, 24), (3, names, count + 2, 0, 0)];
    for (header, (kind, offset, size, link, each)) in
        longer[sections + SECTION..].chunks_mut(SECTION).zip(headers)
    {
        for (at, value) in [(4, kind), (24, offset), (32, size), (40, link), (56, each)] {
            header[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
        }
    }
    longer[40..48].copy_from_slice(&(sections as u64).to_le_bytes());
    longer[58..64].copy_from_slice(&[SECTION as u8, 0, 3, 0, 2, 0]);
    longer
}

#[test]
fn names_of_symbols_are_not_read() {
    let file = with_symbols(&guests()[0], 10);
    let whole = Program::from(&file).expect("a program");
    assert_eq!(whole.function_symbols.len(), 10);
    for load in [load, load_to_run] {
        let loaded = load(&file).expect("a program");
        assert!(loaded.function_symbols.is_empty());
        assert_eq!(loaded.pc_start_abs, whole.pc_start_abs);
        // 10^11 bytes, each symbol's name copied.
        load(&with_symbols(&guests()[0], 300_000)).expect("a program");
    }
}

#[test]
fn what_is_refused_with_its_zeros_is_refused_to_run() {
    let file = with_zeros(&guests()[0], elf_check::MAX_IMAGE_BYTES);
    let refused = load_to_run(&file).expect_err("too much");
    assert!(refused.detail.contains("that segments fill"), "{}", refused.detail);
}
