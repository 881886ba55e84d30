use attestor_precompiles::Fault;

use super::Stdin;
use crate::memory::Memory;

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
