//! Which addresses an access may have.

use attestor_precompiles::Fault;

use crate::instruction::Width;

/// The logarithm of the guest's address space, as in both of SP1's executors.
const ADDRESS_BITS: u32 = 40;
pub(crate) const ADDRESS_SPACE: u64 = 1 << ADDRESS_BITS;
/// The logarithm of a word's bytes, each of which has one mark.
pub(crate) const MARK_BITS: u32 = 3;
/// Where the mark of address 0 is, seen from that address. Compiled code sets this bit.
pub(crate) const MARKS_START: u64 = ADDRESS_SPACE;
/// The mark of a word that a load or a store accessed: all that compiled code ever marks.
pub(crate) const ACCESSED: u8 = 1;
/// By width: the bits that no address of an access has, beyond the address space or its alignment.
pub(crate) const MISPLACED: [u64; 4] = {
    let outside = !(ADDRESS_SPACE - 1);
    [outside, outside | 1, outside | 3, outside | 7]
};

#[inline(always)]
pub(super) fn check(width: Width, address: u64) -> Result<(), Fault> {
    if address & MISPLACED[width.log2() as usize] == 0 {
        return Ok(());
    }
    Err(refusal(width, address))
}

/// Why an access of this width is none.
#[cold]
pub(crate) fn refusal(width: Width, address: u64) -> Fault {
    if address & ((1 << width.log2()) - 1) != 0 {
        Fault::Misaligned(address)
    } else {
        Fault::OutOfRange(address)
    }
}
