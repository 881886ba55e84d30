use attestor_precompiles::{Fault, GuestMemory};

use super::{ADDRESS_SPACE, Memory};
use crate::instruction::Width;

fn memory() -> Memory {
    Memory::new(1 << 20).expect("memory")
}

#[test]
fn untouched_memory_is_zero_also_at_both_ends() {
    let mut memory = memory();
    for address in [0, ADDRESS_SPACE - 8] {
        assert_eq!(memory.load(Width::Double, false, address), Ok(0));
        memory.store(Width::Double, address, 7).expect("a valid address");
        assert_eq!(memory.load(Width::Double, false, address), Ok(7));
    }
    assert_eq!(memory.touched_bytes(), 2 << 16);
}

#[test]
fn widths_and_signs() {
    let mut memory = memory();
    memory.store(Width::Double, 64, 0xfedc_ba98_8765_4321).expect("a valid address");
    let load = |memory: &mut Memory, width, signed, address| {
        memory.load(width, signed, address).expect("a valid address")
    };
    assert_eq!(load(&mut memory, Width::Byte, false, 71), 0xfe);
    assert_eq!(load(&mut memory, Width::Byte, true, 71), -2_i64 as u64);
    assert_eq!(load(&mut memory, Width::Half, false, 70), 0xfedc);
    assert_eq!(load(&mut memory, Width::Half, true, 70), 0xffff_ffff_ffff_fedc);
    assert_eq!(load(&mut memory, Width::Word, false, 68), 0xfedc_ba98);
    assert_eq!(load(&mut memory, Width::Word, true, 68), 0xffff_ffff_fedc_ba98);
    memory.store(Width::Half, 66, 0).expect("a valid address");
    assert_eq!(load(&mut memory, Width::Double, false, 64), 0xfedc_ba98_0000_4321);
}

#[test]
fn misaligned_and_distant_addresses_are_faults() {
    let mut memory = memory();
    for (width, address) in [(Width::Half, 1), (Width::Word, 2), (Width::Double, 4)] {
        assert_eq!(memory.load(width, false, address), Err(Fault::Misaligned(address)));
        assert_eq!(memory.store(width, address, 0), Err(Fault::Misaligned(address)));
    }
    for address in [ADDRESS_SPACE, 1 << 63, u64::MAX - 7] {
        assert_eq!(memory.load(Width::Double, false, address), Err(Fault::OutOfRange(address)));
        assert_eq!(memory.store(Width::Byte, address, 0), Err(Fault::OutOfRange(address)));
    }
    assert_eq!(memory.touched_bytes(), 0);
}

#[test]
fn words_are_checked_before_the_first_is_touched() {
    let mut memory = memory();
    let last = ADDRESS_SPACE - 8;
    assert_eq!(memory.write_words(last, &[1, 2]), Err(Fault::OutOfRange(last)));
    assert_eq!(memory.write_words(4, &[1]), Err(Fault::Misaligned(4)));
    assert_eq!(memory.read_words(u64::MAX - 7, &mut [0; 2]), Err(Fault::OutOfRange(u64::MAX - 7)));
    assert_eq!(memory.touched_bytes(), 0);
}

#[test]
fn the_limit_counts_chunks() {
    let mut memory = Memory::new(3 << 16).expect("memory");
    for chunk in [0, 5, 9] {
        memory.store(Width::Byte, chunk << 16, 1).expect("room");
    }
    assert_eq!(memory.load(Width::Byte, false, 7 << 16), Err(Fault::LimitMemory));
    assert_eq!(memory.load(Width::Byte, false, 5 << 16), Ok(1));
}

#[test]
fn peek_reads_what_is_untouched_as_zeros_and_touches_nothing() {
    let mut memory = memory();
    memory.store(Width::Byte, 0xffff, 9).expect("room");
    assert_eq!(memory.peek(0xfffe, 4), Ok(vec![0, 9, 0, 0]));
    assert_eq!(memory.touched_bytes(), 1 << 16);
    assert!(memory.peek(ADDRESS_SPACE - 1, 2).is_err());
    assert_eq!(memory.peek(u64::MAX, 0), Ok(vec![]));
}

#[test]
fn an_unconstrained_block_leaves_no_trace() {
    let mut memory = memory();
    memory.store(Width::Double, 4096, 1).expect("room");
    memory.begin_unconstrained();
    for (address, value) in [(4096, 2), (4104, 3), (4096, 4), (1 << 20, 5)] {
        memory.store(Width::Double, address, value).expect("room");
    }
    assert_eq!(memory.load(Width::Double, false, 4096), Ok(4));
    memory.end_unconstrained();
    let after = [4096, 4104, 1 << 20].map(|address| memory.load(Width::Double, false, address));
    assert_eq!(after, [Ok(1), Ok(0), Ok(0)]);
}

#[test]
fn copies_for_an_unconstrained_block_count() {
    let mut memory = Memory::new((1 << 16) + 4096).expect("memory");
    memory.begin_unconstrained();
    memory.store(Width::Byte, 0, 1).expect("room for one page's copy");
    memory.store(Width::Byte, 1, 1).expect("the same page");
    assert_eq!(memory.store(Width::Byte, 4096, 1), Err(Fault::LimitMemory));
}

#[test]
fn words_across_chunks_are_those_one_by_one() {
    let mut memory = memory();
    let words: Vec<u64> = (1..=20_000).collect();
    let address = 0x1_fff0;
    assert_eq!(memory.write_words(address, &words), Ok(()));
    let mut read = vec![0; words.len()];
    assert_eq!(memory.read_words(address, &mut read), Ok(()));
    assert_eq!(read, words);
    assert_eq!(memory.load(Width::Double, false, address + 8 * 19_999), Ok(20_000));
    assert_eq!(memory.read_words(address, &mut []), Ok(()));
    assert!(memory.read_words(ADDRESS_SPACE - 8, &mut [0; 2]).is_err());
}

#[test]
fn words_are_written_up_to_the_limit_alone() {
    let mut memory = Memory::new(1 << 16).expect("memory");
    assert_eq!(memory.write_words((1 << 16) - 8, &[1, 2]), Err(Fault::LimitMemory));
    assert_eq!(memory.read_words((1 << 16) - 8, &mut [0]), Ok(()));
}
