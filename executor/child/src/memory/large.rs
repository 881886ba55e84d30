//! Large allocations, of huge pages where the host has them: programs and tables of some megabytes
//! are made for one run, and a fault for each page of them would take longer than filling them.

use std::alloc::Layout;
use std::ptr;

/// Of x86-64, and of what `room` is a multiple.
const HUGE_PAGE: usize = 2 << 20;
const SMALLEST: usize = HUGE_PAGE / 2;

pub(super) fn is_large(layout: Layout) -> bool {
    layout.size() >= SMALLEST && layout.align() <= HUGE_PAGE
}

/// The bytes that an allocation of `size` takes.
pub(super) fn room(size: usize) -> usize {
    size.next_multiple_of(HUGE_PAGE)
}

/// At least `size` bytes, zero, at a multiple of `HUGE_PAGE`; null where the host has no room.
pub(super) fn map(size: usize) -> *mut u8 {
    let room = room(size);
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping at an address that the kernel chooses.
    let start = unsafe { libc::mmap(ptr::null_mut(), room + HUGE_PAGE, access, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return ptr::null_mut();
    }
    let start = start.cast::<u8>();
    let before = start.align_offset(HUGE_PAGE);
    let aligned = start.wrapping_add(before);
    // SAFETY: these are the parts of the new mapping around `aligned` and its room. The advice
    // changes no byte; without huge pages it fails, and nothing depends on it.
    unsafe {
        if before > 0 {
            libc::munmap(start.cast(), before);
        }
        libc::munmap(aligned.wrapping_add(room).cast(), HUGE_PAGE - before);
        libc::madvise(aligned.cast(), room, libc::MADV_HUGEPAGE);
    }
    aligned
}

/// # Safety
/// `map` gave this pointer for this size, and nothing uses it any more.
pub(super) unsafe fn unmap(pointer: *mut u8, size: usize) {
    // SAFETY: the mapping of `map`.
    unsafe { libc::munmap(pointer.cast(), room(size)) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::AnsweringAllocator;
    use std::alloc::GlobalAlloc;

    const SIZES: [usize; 7] =
        [1, SMALLEST - 1, SMALLEST, HUGE_PAGE - 1, HUGE_PAGE, HUGE_PAGE + 1, 3 * HUGE_PAGE];

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).unwrap()
    }

    fn slice<'a>(pointer: *mut u8, size: usize) -> &'a mut [u8] {
        // SAFETY: the tests pass what they allocated, and its size.
        unsafe { std::slice::from_raw_parts_mut(pointer, size) }
    }

    #[test]
    fn large_allocations_are_zero_aligned_and_apart() {
        let pointers: Vec<_> = (0..4).map(|_| map(HUGE_PAGE + 1)).collect();
        for &pointer in &pointers {
            assert!((pointer as usize).is_multiple_of(HUGE_PAGE));
            let bytes = slice(pointer, 2 * HUGE_PAGE);
            assert!(bytes.iter().all(|byte| *byte == 0));
            bytes.fill(1);
        }
        // SAFETY: of `map`, with this size.
        pointers.into_iter().for_each(|pointer| unsafe { unmap(pointer, HUGE_PAGE + 1) });
    }

    #[test]
    fn what_is_small_or_aligned_beyond_a_huge_page_is_the_systems() {
        assert!(!is_large(layout(SMALLEST - 1)) && is_large(layout(SMALLEST)));
        let far = Layout::from_size_align(HUGE_PAGE, 2 * HUGE_PAGE).unwrap();
        assert!(!is_large(far));
    }

    #[test]
    fn bytes_stay_when_an_allocation_changes_its_size() {
        let allocator = AnsweringAllocator;
        for (from, to) in SIZES.iter().flat_map(|from| SIZES.map(|to| (*from, to))) {
            // SAFETY: each pointer is used with the layout that it was allocated with.
            unsafe {
                let old = allocator.alloc_zeroed(layout(from));
                assert!(slice(old, from).iter().all(|byte| *byte == 0));
                slice(old, from).fill(7);
                let new = allocator.realloc(old, layout(from), to);
                assert!(slice(new, from.min(to)).iter().all(|byte| *byte == 7), "{from} {to}");
                slice(new, to).fill(8);
                allocator.dealloc(new, layout(to));
            }
        }
    }
}
