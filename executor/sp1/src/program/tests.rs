use std::path::Path;

use super::*;

fn guests() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests/elf");
    let files = ["fibonacci.elf", "test/sparse.elf", "test/oob.elf"].map(|name| folder.join(name));
    files.iter().map(|file| std::fs::read(file).expect("a guest")).collect()
}

/// The file with `zeros` more bytes of .bss in its last segment.
fn with_zeros(file: &[u8], zeros: u64) -> Vec<u8> {
    let elf = ElfBytes::<LittleEndian>::minimal_parse(file).expect("a guest");
    let segments = elf.segments().expect("segments");
    let loaded = segments.iter().enumerate().filter(|(_, segment)| segment.p_type == PT_LOAD);
    let (last, segment) = loaded.last().expect("a segment");
    let at = elf.ehdr.e_phoff as usize + last * usize::from(elf.ehdr.e_phentsize);
    let mut longer = file.to_vec();
    let size = segment.p_filesz.max(segment.p_memsz) + zeros;
    longer[at..][MEMORY_SIZE].copy_from_slice(&size.to_le_bytes());
    longer
}

#[test]
fn to_run_a_program_all_but_its_zeros_is_loaded() {
    for file in guests() {
        let file = with_zeros(&file, 1 << 20);
        let (whole, to_run) = (load(&file).expect("a program"), load_to_run(&file).expect("it"));
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

#[test]
fn a_file_without_zeros_is_not_copied() {
    let file = guests().remove(0);
    let shorter = without_zeros(&file).expect("a guest").into_owned();
    assert!(matches!(without_zeros(&shorter), Ok(Cow::Borrowed(_))));
}

#[test]
fn what_is_refused_with_its_zeros_is_refused_to_run() {
    let file = with_zeros(&guests()[0], elf_check::MAX_IMAGE_BYTES);
    let refused = load_to_run(&file).expect_err("too much");
    assert!(refused.detail.contains("segments fill"), "{}", refused.detail);
}
