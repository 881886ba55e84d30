use super::permute;
use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, Kept};

struct Lanes([u64; 25]);

impl GuestMemory for Lanes {
    fn read_words(&mut self, _: u64, words: &mut [u64]) -> Result<(), Fault> {
        words.copy_from_slice(&self.0);
        Ok(())
    }

    fn write_words(&mut self, _: u64, words: &[u64]) -> Result<(), Fault> {
        self.0.copy_from_slice(words);
        Ok(())
    }

    fn kept(&mut self) -> &mut Kept {
        unreachable!("of secp256k1 alone")
    }
}

#[test]
fn empty_message_has_the_hash_that_ethereum_knows() {
    // Padding of an empty message at a rate of 136 bytes.
    let mut lanes = Lanes([0; 25]);
    (lanes.0[0], lanes.0[16]) = (1, 1 << 63);
    permute(&mut lanes, &Arguments::default()).unwrap();
    assert_eq!(lanes.0[0].to_be(), 0xc5d2_4601_86f7_233c);
    assert_eq!(lanes.0[3].to_be(), 0x7bfa_d804_5d85_a470);
}
