use attestor_precompiles::Fault;

use super::{Stdin, write_buffer};
use crate::memory::{ADDRESS_SPACE, Memory};

#[test]
fn buffers_come_in_order_and_pushed_ones_first() {
    let given = [vec![1], vec![2; 8]];
    let mut memory = Memory::new(1 << 20).expect("memory");
    let mut stdin = Stdin::new(&given);
    stdin.push(vec![3; 2], &mut memory).expect("room");
    stdin.push(vec![4; 3], &mut memory).expect("room");
    let lengths = std::iter::from_fn(|| {
        let length = stdin.next_length();
        stdin.take(&mut memory);
        length
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [3, 2, 1, 8]);
}

#[test]
fn buffers_end_with_a_part_or_a_whole_of_zeros() {
    for length in [0, 1, 7, 8, 9, 4095, 4096, 4097, 9000] {
        let mut memory = Memory::new(1 << 20).expect("memory");
        memory.fill(0xfff8, &[0x77; 9100]).expect("room");
        write_buffer(&vec![0xff; length], 0x1_0000, &mut memory).expect("room");
        let zeros = 8 - length % 8;
        let expected = [vec![0x77; 8], vec![0xff; length], vec![0; zeros], vec![0x77; 8]].concat();
        assert_eq!(memory.peek(0xfff8, expected.len() as u64), Ok(expected), "{length}");
    }
}

#[test]
fn buffer_out_of_range_is_a_fault() {
    let mut memory = Memory::new(1 << 20).expect("memory");
    let end = ADDRESS_SPACE - 8;
    assert_eq!(write_buffer(&[1; 7], end, &mut memory), Ok(()));
    assert_eq!(write_buffer(&[1; 8], end, &mut memory), Err(Fault::OutOfRange(end + 8)));
}

#[test]
fn pushed_buffers_count_as_memory_until_they_are_read() {
    let mut memory = Memory::new(1000).expect("memory");
    let mut stdin = Stdin::new(&[]);
    stdin.push(vec![0; 900], &mut memory).expect("room");
    assert_eq!(stdin.push(vec![0; 900], &mut memory), Err(Fault::LimitMemory));
    stdin.take(&mut memory);
    stdin.push(vec![0; 900], &mut memory).expect("room");
    stdin.take(&mut memory);
    let empty = (0..1000).find(|_| stdin.push(vec![], &mut memory).is_err());
    assert!(empty.is_some(), "empty buffers are free");
}
