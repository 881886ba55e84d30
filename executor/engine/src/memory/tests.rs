use std::sync::{Mutex, PoisonError};

use attestor_precompiles::{FIRST_ADDRESS, Fault, GuestMemory, Rule};

use super::{ADDRESS_SPACE, Memory};
use crate::instruction::Width;

fn memory() -> Memory {
    Memory::new(1 << 20).expect("memory")
}

#[test]
fn untouched_memory_is_zero_also_at_both_ends() {
    let mut memory = memory();
    for address in [FIRST_ADDRESS, ADDRESS_SPACE - 8] {
        assert_eq!(memory.load(Width::Double, false, address), Ok(0));
        memory.store(Width::Double, address, 7).expect("a valid address");
        assert_eq!(memory.load(Width::Double, false, address), Ok(7));
    }
    assert_eq!(memory.touched_bytes(), 2 << 16);
}

#[test]
fn of_no_bytes_there_are_no_pieces_at_any_address() {
    for address in [0, ADDRESS_SPACE, u64::MAX - 1, u64::MAX] {
        assert_eq!(super::pieces(address, address).count(), 0);
    }
    assert_eq!(super::pieces(u64::MAX - 1, u64::MAX).count(), 1);
}

#[test]
fn widths_and_signs() {
    let mut memory = memory();
    memory.store(Width::Double, 0x1_0000 + 64, 0xfedc_ba98_8765_4321).expect("a valid address");
    let load = |memory: &mut Memory, width, signed, address| {
        memory.load(width, signed, address).expect("a valid address")
    };
    assert_eq!(load(&mut memory, Width::Byte, false, 0x1_0000 + 71), 0xfe);
    assert_eq!(load(&mut memory, Width::Byte, true, 0x1_0000 + 71), -2_i64 as u64);
    assert_eq!(load(&mut memory, Width::Half, false, 0x1_0000 + 70), 0xfedc);
    assert_eq!(load(&mut memory, Width::Half, true, 0x1_0000 + 70), 0xffff_ffff_ffff_fedc);
    assert_eq!(load(&mut memory, Width::Word, false, 0x1_0000 + 68), 0xfedc_ba98);
    assert_eq!(load(&mut memory, Width::Word, true, 0x1_0000 + 68), 0xffff_ffff_fedc_ba98);
    memory.store(Width::Half, 0x1_0000 + 66, 0).expect("a valid address");
    assert_eq!(load(&mut memory, Width::Double, false, 0x1_0000 + 64), 0xfedc_ba98_0000_4321);
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
    for chunk in [1, 5, 9] {
        memory.store(Width::Byte, chunk << 16, 1).expect("room");
    }
    assert_eq!(memory.load(Width::Byte, false, 7 << 16), Err(Fault::LimitMemory));
    assert_eq!(memory.load(Width::Byte, false, 5 << 16), Ok(1));
}

#[test]
fn peek_reads_what_is_untouched_as_zeros_and_touches_nothing() {
    let mut memory = memory();
    memory.store(Width::Byte, 0x1_ffff, 9).expect("room");
    assert_eq!(memory.peek(0x1_fffe, 4), Ok(vec![0, 9, 0, 0]));
    assert_eq!(memory.touched_bytes(), 1 << 16);
    assert!(memory.peek(ADDRESS_SPACE - 1, 2).is_err());
    assert_eq!(memory.peek(u64::MAX, 0), Ok(vec![]));
}

#[test]
fn an_unconstrained_block_leaves_no_trace() {
    let mut memory = memory();
    memory.store(Width::Double, 0x1_1000, 1).expect("room");
    memory.begin_unconstrained();
    for (address, value) in [(0x1_1000, 2), (0x1_1008, 3), (0x1_1000, 4), (1 << 20, 5), (8, 6)] {
        memory.store(Width::Double, address, value).expect("room");
    }
    assert_eq!(memory.load(Width::Double, false, 0x1_1000), Ok(4));
    memory.end_unconstrained();
    let after =
        [0x1_1000, 0x1_1008, 1 << 20].map(|address| memory.load(Width::Double, false, address));
    assert_eq!(after, [Ok(1), Ok(0), Ok(0)]);
}

#[test]
fn an_unconstrained_block_that_goes_from_page_to_page_leaves_no_trace() {
    let mut memory = memory();
    let places = [0x1_0000, 0x1_1000, 0x1_2000, 0x5_0000].map(|page| page + 8);
    for place in places {
        memory.store(Width::Double, place, place).expect("room");
    }
    memory.begin_unconstrained();
    for step in 0..64_usize {
        // Every order of three after each other.
        let place = places[(step ^ step >> 2 ^ step >> 4) % 4];
        memory.store(Width::Double, place, 7).expect("room");
    }
    assert_eq!(memory.load(Width::Double, false, places[3]), Ok(7));
    memory.end_unconstrained();
    for place in places {
        assert_eq!(memory.load(Width::Double, false, place), Ok(place));
    }
    assert_eq!(memory.block_windows(), 2);
}

#[test]
fn copies_for_an_unconstrained_block_count() {
    let mut memory = Memory::new((1 << 16) + 4096).expect("memory");
    memory.begin_unconstrained();
    memory.store(Width::Byte, 0x1_0000, 1).expect("room for one page's copy");
    memory.store(Width::Byte, 0x1_0001, 1).expect("the same page");
    assert_eq!(memory.store(Width::Byte, 0x1_1000, 1), Err(Fault::LimitMemory));
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
    // With room for a note of what precompiles accessed.
    let mut memory = Memory::new((1 << 16) + 64).expect("memory");
    assert_eq!(memory.write_words((2 << 16) - 8, &[1, 2]), Err(Fault::LimitMemory));
    assert_eq!(memory.read_words((2 << 16) - 8, &mut [0]), Ok(()));
}

#[test]
fn the_first_chunk_exists_in_unconstrained_blocks_alone() {
    let mut memory = memory();
    let low = FIRST_ADDRESS - 8;
    for _ in 0..2 {
        let refused = Err(Rule::LowAddress(low).into());
        assert_eq!(memory.load(Width::Double, false, low), refused);
        assert_eq!(memory.store(Width::Byte, low, 1), refused.map(|_| ()));
        memory.begin_unconstrained();
        assert_eq!(memory.load(Width::Double, false, low), Ok(0));
        assert_eq!(memory.store(Width::Double, low, 1), Ok(()));
        assert_eq!(memory.peek(low, 1), Ok(vec![1]));
        memory.end_unconstrained();
        assert_eq!(memory.peek(low, 1), Ok(vec![0]));
    }
    assert_eq!(memory.touched_bytes(), 0);
    assert_eq!(memory.read_words(low, &mut [0; 2]), Err(Rule::LowPointer(low).into()));
}

const HEAP: u64 = 1 << 32;

/// What HINT_READ of so many bytes of 0xff to an address does, after something else.
fn hint(before: impl FnOnce(&mut Memory), address: u64, length: usize) -> Result<Vec<u8>, Fault> {
    let mut memory = memory();
    memory.fill(0x7800_0000, &[1, 0, 0, 0], 100).expect("room");
    before(&mut memory);
    memory.hint(address, &vec![0xff; length])?;
    memory.peek(address, length as u64 + 9)
}

#[test]
fn hints_end_with_a_part_or_a_whole_of_zeros() {
    for length in [0, 1, 7, 8, 9, 4095, 4096, 4097, 9000] {
        let expected = [vec![0xff; length], vec![0; 9]].concat();
        assert_eq!(hint(|_| (), HEAP, length), Ok(expected), "{length}");
    }
}

#[test]
fn hints_over_what_was_accessed_are_refused_at_the_word() {
    for at in [HEAP, HEAP + 7, HEAP + 8, HEAP + 23] {
        let over = Err(Rule::HintOverMemory(at & !7).into());
        let load = |memory: &mut Memory| _ = memory.load(Width::Byte, false, at);
        assert_eq!(hint(load, HEAP, 17), over);
        let store = |memory: &mut Memory| _ = memory.store(Width::Byte, at, 0);
        assert_eq!(hint(store, HEAP, 17), over);
        let precompile = |memory: &mut Memory| _ = memory.read_words(at & !7, &mut [0]);
        assert_eq!(hint(precompile, HEAP, 17), over);
        let hinted = |memory: &mut Memory| _ = memory.hint(at & !7, &[0]);
        assert_eq!(hint(hinted, HEAP, 17), over);
    }
    for outside in [HEAP - 1, HEAP + 24] {
        let store = |memory: &mut Memory| _ = memory.store(Width::Byte, outside, 1);
        assert!(hint(store, HEAP, 17).is_ok());
    }
    let peeked = |memory: &mut Memory| _ = memory.peek(HEAP, 100);
    assert!(hint(peeked, HEAP, 17).is_ok());
}

#[test]
fn hints_over_the_image_are_refused_up_to_its_last_word() {
    let used = |address| Err(Rule::HintOverMemory(address).into());
    for (address, length, expected) in [
        (0x7800_0000, 1, used(0x7800_0000)),
        (0x7800_0060, 1, used(0x7800_0060)),
        (0x77ff_fff8, 9, used(0x7800_0000)),
    ] {
        assert_eq!(hint(|_| (), address, length), expected);
    }
    assert!(hint(|_| (), 0x7800_0068, 1).is_ok());
    assert!(hint(|_| (), 0x77ff_fff8, 7).is_ok());
}

#[test]
fn the_word_of_zeros_behind_a_hint_must_be_zero_and_not_accessed() {
    let tail = |address| Err(Rule::HintTail(address).into());
    let end = HEAP + 16;
    for value in [0, 1] {
        let store = |memory: &mut Memory| _ = memory.store(Width::Double, end, value);
        assert_eq!(hint(store, HEAP, 16), tail(end));
        assert!(hint(store, HEAP, 15).is_ok());
        let hinted = |memory: &mut Memory| _ = memory.hint(end, &[value as u8]);
        assert_eq!(hint(hinted, HEAP, 16).is_ok(), value == 0);
    }
    let load = |memory: &mut Memory| _ = memory.load(Width::Byte, false, end + 7);
    assert_eq!(hint(load, HEAP, 16), tail(end));
    let precompile = |memory: &mut Memory| _ = memory.read_words(end, &mut [0]);
    assert_eq!(hint(precompile, HEAP, 16), tail(end));
    let both = |memory: &mut Memory| {
        memory.hint(end, &[0]).expect("fresh memory");
        memory.read_words(end, &mut [0]).expect("hinted");
    };
    assert_eq!(hint(both, HEAP, 16), tail(end));
    assert_eq!(hint(|_| (), 0x77ff_fff8, 8), tail(0x7800_0000));
    let later = |memory: &mut Memory| _ = memory.hint(HEAP - 8, &[1; 8]);
    assert!(hint(later, HEAP, 16).is_ok());
}

#[test]
fn hints_out_of_range_and_low_ones_are_refused() {
    let end = ADDRESS_SPACE - 8;
    assert_eq!(hint(|_| (), ADDRESS_SPACE, 7), Err(Fault::OutOfRange(ADDRESS_SPACE)));
    let mut memory = memory();
    assert_eq!(memory.hint(end, &[1; 8]), Err(Fault::OutOfRange(end + 8)));
    assert_eq!(memory.hint(end, &[1; 7]), Ok(()));
    assert_eq!(memory.hint(FIRST_ADDRESS - 8, &[1]), Err(Rule::HintLow(FIRST_ADDRESS - 8).into()));
    assert_eq!(memory.hint(FIRST_ADDRESS, &[1]), Ok(()));
    assert_eq!(memory.hint(8, &[]), Ok(()));
}

#[test]
fn words_of_precompiles_alone_are_found_until_something_else_accesses_them() {
    let mut memory = memory();
    memory.fill(0x7800_0000, &[1, 0, 0, 0], 100).expect("room");
    memory.read_words(0x7800_0000, &mut [0; 13]).expect("the image");
    memory.hint(HEAP, &[1; 15]).expect("fresh memory");
    memory.read_words(HEAP, &mut [0; 2]).expect("hinted");
    assert_eq!(memory.precompile_only(), None);
    memory.write_words(HEAP, &[1; 4]).expect("room");
    for word in [HEAP + 16, HEAP + 24] {
        assert_eq!(memory.precompile_only(), Some(word));
        memory.load(Width::Byte, false, word + 3).expect("room");
    }
    assert_eq!(memory.precompile_only(), None);
    // The first word behind the image.
    memory.read_words(0x7800_0060, &mut [0; 2]).expect("room");
    assert_eq!(memory.precompile_only(), Some(0x7800_0068));
}

/// The mappings are the whole process's: one test at a time that needs nearly all.
static MAPPINGS: Mutex<()> = Mutex::new(());

/// How many chunks a guest gets that accesses one of `step` each, and why it gets no more.
fn sparse(step: u64, limit: u64) -> (u64, Fault) {
    let mut memory = Memory::new(limit).expect("memory");
    let mut number = 0;
    loop {
        let address = (1 << 32) + number * step * (1 << 16);
        if let Err(fault) = memory.load(Width::Byte, false, address) {
            return (number, fault);
        }
        number += 1;
    }
}

#[test]
fn sparse_guests_meet_their_limit_before_that_of_the_hosts_mappings() {
    const LIMIT: u64 = 4 << 30;
    let _alone = MAPPINGS.lock().unwrap_or_else(PoisonError::into_inner);
    // Each other one: two in three of those that the limit has room for.
    assert!(matches!(sparse(2, LIMIT), (40_000.., Fault::LimitMemory)));
    for (step, least) in [(3, 25_000), (16, 13_000), (32, 13_000), (129, 13_000)] {
        let (found, fault) = sparse(step, LIMIT);
        assert_eq!(fault, Fault::LimitMemory, "{step}");
        assert!(found > least, "{step}: {found}");
    }
}

#[test]
fn chunks_that_are_made_in_blocks_hold_zeros_and_count() {
    let _alone = MAPPINGS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut memory = Memory::new(4 << 30).expect("memory");
    let mut last = 0;
    for number in 0..30_000_u64 {
        last = (1 << 32) + (number << 18);
        memory.store(Width::Double, last, number).expect("room");
    }
    assert!(memory.touched_bytes() > 30_000 << 16);
    // In the block, and never accessed.
    assert_eq!(memory.load(Width::Double, false, last ^ 1 << 16), Ok(0));
    assert_eq!(memory.load(Width::Double, false, last), Ok(29_999));
}

#[test]
fn windows_of_2_mib_are_counted_once() {
    let mut memory = memory();
    for address in [0x4000_0000, 0x4000_0008, 0x401f_0000, 0x4020_0000, 0x4fe0_0000] {
        memory.store(Width::Double, address, 1).expect("room");
    }
    assert_eq!(memory.windows(), 3);
}

#[test]
fn memory_is_made_for_the_word_of_zeros_behind_a_hint() {
    for (address, length, windows) in [(HEAP, 0, 1), (HEAP - 8, 7, 1), (HEAP - 8, 8, 2)] {
        let mut memory = memory();
        memory.hint(address, &vec![1; length]).expect("room");
        assert_eq!(memory.windows(), windows, "{length}");
    }
    // But not where a guest has no memory.
    for address in [0, FIRST_ADDRESS - 8] {
        let mut memory = memory();
        assert_eq!((memory.hint(address, &[]), memory.windows()), (Ok(()), 0), "{address:#x}");
    }
    let mut full = Memory::new(1 << 16).expect("memory");
    assert_eq!(full.hint(HEAP - 8, &[1; 8]), Err(Fault::LimitMemory));
}

#[test]
fn bytes_are_counted_across_chunks_and_where_nothing_is() {
    let mut memory = memory();
    memory.write_words(0x2_fff8, &[0x0a0a_0000_0000_0000]).expect("room");
    memory.write_words(0x5_0000, &[0x0a]).expect("room");
    assert_eq!(memory.count(10, 0x2_0000, 0x4_0000), Ok(3));
    assert_eq!(memory.count(10, 0x2_ffff, 1), Ok(1));
    assert!(memory.count(10, ADDRESS_SPACE - 1, 2).is_err());
}

const WINDOW: u64 = 2 << 20;

/// Bytes that a guest has which wrote a word to each chunk of a window, then to `next`.
fn touched_behind(window: u64, values: impl Fn(u64) -> u64, next: u64) -> u64 {
    let mut memory = Memory::new(1 << 30).expect("memory");
    for chunk in 0..32 {
        memory.store(Width::Double, window + (chunk << 16), values(chunk)).expect("room");
    }
    assert_eq!(memory.touched_bytes(), WINDOW);
    memory.store(Width::Double, next, 1).expect("room");
    memory.touched_bytes() - WINDOW
}

#[test]
fn whoever_goes_on_behind_a_window_in_use_gets_the_next_one_whole() {
    let next = HEAP + WINDOW;
    assert_eq!(touched_behind(HEAP, |_| 1, next), WINDOW);
    assert_eq!(touched_behind(HEAP, |_| 1, next + 0xfff8), WINDOW);
    // Not what is further on, or elsewhere.
    for elsewhere in [next + (1 << 16), next + WINDOW, HEAP - 8, HEAP - WINDOW] {
        assert_eq!(touched_behind(HEAP, |_| 1, elsewhere), 1 << 16, "{elsewhere:#x}");
    }
    // What was touched and holds nothing may have been touched for nothing.
    assert_eq!(touched_behind(HEAP, |chunk| u64::from(chunk < 31), next), 1 << 16);
}

#[test]
fn a_guest_that_strides_over_windows_gets_single_chunks() {
    let mut memory = Memory::new(1 << 30).expect("memory");
    for window in 0..64 {
        memory.store(Width::Byte, HEAP + window * WINDOW, 1).expect("room");
    }
    assert_eq!(memory.touched_bytes(), 64 << 16);
}

#[test]
fn near_the_limit_a_window_is_not_made_whole() {
    let mut memory = Memory::new(WINDOW + (3 << 16)).expect("memory");
    let mut fits = |address| memory.store(Width::Double, address, 1).is_ok();
    assert!((0..35).all(|chunk| fits(HEAP + (chunk << 16))));
    assert!(!fits(HEAP + (35 << 16)));
}

#[test]
fn windows_are_made_for_an_image_only_where_it_fills_them() {
    let start = 0x7800_0000;
    let made = |ranges: &[std::ops::Range<u64>]| {
        let mut memory = Memory::new(1 << 30).expect("memory");
        memory.expect(ranges.iter().cloned());
        memory.touched_bytes() / WINDOW
    };
    let range = |from: u64, to: u64| start + from..start + to;
    assert_eq!(made(&[range(0, WINDOW)]), 1);
    assert_eq!(made(&[range(0, WINDOW - 4)]), 0);
    assert_eq!(made(&[range(4, 3 * WINDOW + 4)]), 2);
    // Of two segments in one chunk, and in two that have others between them.
    assert_eq!(made(&[range(0, 1 << 20), range((1 << 20) + 8, WINDOW)]), 1);
    assert_eq!(made(&[range(0, 1 << 20), range((1 << 20) + (3 << 16), WINDOW)]), 0);
    assert_eq!(made(&[]), 0);
    assert_eq!(made(&[start..start, start + 2 * WINDOW..start + 3 * WINDOW]), 1);
}
