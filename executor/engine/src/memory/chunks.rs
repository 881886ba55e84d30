//! Which chunks of the guest's memory exist, with their marks, and what the guest may still have.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::address::{ADDRESS_SPACE, MARK_BITS, MARKS_START};

/// The logarithm of a chunk's bytes.
const CHUNK_BITS: u32 = 16;
pub(super) const CHUNK_BYTES: u64 = 1 << CHUNK_BITS;
/// The marks of so many chunks become accessible together: neighbours are one mapping of the
/// host's, of which it has few.
const MARKED_TOGETHER: u64 = 8;
const MARKS: u64 = (MARKED_TOGETHER << CHUNK_BITS) >> MARK_BITS;
const CHUNKS: u64 = ADDRESS_SPACE >> CHUNK_BITS;
/// One bit per chunk.
pub(super) const MAP_BYTES: usize = CHUNKS as usize / 8;

/// A process has some 65,530 mappings (vm.max_map_count), and each edge between chunks that exist and
/// chunks that do not is one. From so many edges on, chunks are made in blocks, twice as large after
/// each further `EDGES_PER_SIZE`, so that a sparse guest meets its memory limit before that of the host.
const EDGES_OF_CHUNKS: u64 = 48 << 10;
const EDGES_PER_SIZE: u64 = 1 << 10;
/// The logarithm of the chunks in the largest block.
const MAX_BLOCK_BITS: u64 = 14;
/// A huge page of the host's; and for each, SP1's portable executor makes a table.
pub(super) const WINDOW_BYTES: u64 = 2 << 20;
const WINDOW_CHUNKS: u64 = WINDOW_BYTES >> CHUNK_BITS;

/// Why a chunk was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Limit,
    Host,
}

/// Shared with the signal handler, which interrupts the same thread: hence atomic.
pub(crate) struct Chunks {
    base: *mut u8,
    map: *const AtomicU64,
    touched: AtomicU64,
    windows: AtomicU64,
    /// Between what is accessible and what is not, of chunks and of marks.
    edges: AtomicU64,
    /// The chunks and all other bytes that are charged.
    used: AtomicU64,
    limit: u64,
}

impl Chunks {
    /// # Safety
    /// From `base`, `ADDRESS_SPACE` inaccessible bytes and those of the marks behind them, and from
    /// `map`, `MAP_BYTES` writable zeros, must belong to the result alone for as long as it lives.
    pub(crate) unsafe fn new(base: *mut u8, map: *mut u8, limit: u64) -> Self {
        debug_assert!(
            (base as u64).is_multiple_of(WINDOW_BYTES) && map.cast::<AtomicU64>().is_aligned()
        );
        Self {
            base,
            map: map.cast(),
            touched: 0.into(),
            windows: 0.into(),
            edges: 0.into(),
            used: 0.into(),
            limit,
        }
    }

    /// The byte of address 0.
    pub(crate) fn base(&self) -> *mut u8 {
        self.base
    }

    /// The first address of the chunk after the one of this address.
    #[inline(always)]
    pub(crate) fn next(address: u64) -> u64 {
        (address | (CHUNK_BYTES - 1)) + 1
    }

    /// Whether the chunk of this address exists. The address must be in the address space.
    #[inline(always)]
    pub(crate) fn holds(&self, address: u64) -> bool {
        self.has(address >> CHUNK_BITS)
    }

    /// Make the chunk of this address writable. Only calls that a signal handler may make.
    pub(crate) fn commit(&self, address: u64) -> Result<(), Denied> {
        debug_assert!(address < ADDRESS_SPACE && !self.has(address >> CHUNK_BITS));
        let chunk = address >> CHUNK_BITS;
        let close = self.has_neighbour(chunk);
        let block = match self.continues(chunk) {
            true => chunk..chunk + WINDOW_CHUNKS,
            false => self.block(chunk),
        };
        match self.make(block) {
            // There may be room for this one.
            Err(Denied::Limit) => self.make(chunk..chunk + 1)?,
            made => made?,
        }
        if close {
            self.populate(chunk);
        }
        Ok(())
    }

    /// The chunks that are made together with this one.
    fn block(&self, chunk: u64) -> Range<u64> {
        let beyond = self.edges.load(Relaxed).checked_sub(EDGES_OF_CHUNKS);
        let bits = beyond.map_or(0, |beyond| (1 + beyond / EDGES_PER_SIZE).min(MAX_BLOCK_BITS));
        let start = chunk >> bits << bits;
        // Never with the first one.
        if start == 0 { chunk..chunk + 1 } else { start..start + (1 << bits) }
    }

    /// Whether the guest goes on in a new window after it has used all of the one before: then it is
    /// likely to use all of this one, which may be one page.
    fn continues(&self, chunk: u64) -> bool {
        let window = chunk / WINDOW_CHUNKS;
        let is_first = chunk.is_multiple_of(WINDOW_CHUNKS) && !self.has_window(window);
        is_first && chunk > 0 && self.is_whole(window - 1) && self.is_used(chunk - 1)
    }

    fn is_whole(&self, window: u64) -> bool {
        self.chunks_of(window) == (1 << WINDOW_CHUNKS) - 1
    }

    /// Whether a byte of this chunk, which exists, is not zero.
    fn is_used(&self, chunk: u64) -> bool {
        let start = self.base.wrapping_add((chunk << CHUNK_BITS) as usize).cast::<u64>();
        let words = CHUNK_BYTES as usize / 8;
        // SAFETY: a readable chunk of the reservation, which nothing writes to meanwhile.
        (0..words).rev().any(|word| unsafe { start.add(word).read_volatile() } != 0)
    }

    /// Make the windows that these addresses fill, as far as there is room.
    pub(super) fn make_windows(&self, addresses: &Range<u64>) {
        let windows = addresses.start.div_ceil(WINDOW_BYTES)..addresses.end / WINDOW_BYTES;
        for window in windows.filter(|&window| window > 0 && !self.has_window(window)) {
            // Without it, its chunks are made one by one.
            let _ = self.make(window * WINDOW_CHUNKS..(window + 1) * WINDOW_CHUNKS);
        }
    }

    /// Make all of these chunks writable, with their marks.
    fn make(&self, block: Range<u64>) -> Result<(), Denied> {
        let new = block.clone().filter(|&chunk| !self.has(chunk)).count() as u64 * CHUNK_BYTES;
        if !self.charge(new) {
            return Err(Denied::Limit);
        }
        let groups = block.start / MARKED_TOGETHER..(block.end - 1) / MARKED_TOGETHER + 1;
        let marked = groups.clone().all(|group| self.has_marks(group));
        let marks = (MARKS_START + groups.start * MARKS, (groups.end - groups.start) * MARKS);
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let bytes = (block.end - block.start) << CHUNK_BITS;
        let given = (marked || self.protect(marks.0, marks.1, access))
            && self.protect(block.start << CHUNK_BITS, bytes, access);
        if !given {
            self.refund(new);
            return Err(Denied::Host);
        }
        self.count(block, new);
        Ok(())
    }

    /// Note that these chunks exist, which have so many new bytes.
    fn count(&self, block: Range<u64>, new: u64) {
        let before = self.edges_around(&block);
        let windows = block.start / WINDOW_CHUNKS..(block.end - 1) / WINDOW_CHUNKS + 1;
        let unknown = windows.filter(|&window| !self.has_window(window)).count() as u64;
        self.windows.fetch_add(unknown, Relaxed);
        for chunk in block.clone() {
            self.cell(chunk).fetch_or(1 << (chunk & 63), Relaxed);
        }
        self.touched.fetch_add(new, Relaxed);
        self.edges.fetch_add(self.edges_around(&block).wrapping_sub(before), Relaxed);
    }

    /// Edges of these chunks and of their marks.
    fn edges_around(&self, block: &Range<u64>) -> u64 {
        let groups = block.start / MARKED_TOGETHER..(block.end - 1) / MARKED_TOGETHER + 1;
        let exists = |chunk| chunk < CHUNKS && self.has(chunk);
        let is_marked = |group| group < CHUNKS / MARKED_TOGETHER && self.has_marks(group);
        changes(block, exists) + changes(&groups, is_marked)
    }

    fn has_marks(&self, group: u64) -> bool {
        let first = group * MARKED_TOGETHER;
        self.cell(first).load(Relaxed) >> (first & 63) & ((1 << MARKED_TOGETHER) - 1) != 0
    }

    fn has_window(&self, window: u64) -> bool {
        self.chunks_of(window) != 0
    }

    /// One bit for each chunk of a window that exists.
    fn chunks_of(&self, window: u64) -> u64 {
        let first = window * WINDOW_CHUNKS;
        self.cell(first).load(Relaxed) >> (first & 63) & ((1 << WINDOW_CHUNKS) - 1)
    }

    #[inline(always)]
    fn has(&self, chunk: u64) -> bool {
        self.cell(chunk).load(Relaxed) >> (chunk & 63) & 1 == 1
    }

    /// Whether the chunk before or after this one exists: then the guest uses its memory without
    /// large gaps.
    fn has_neighbour(&self, chunk: u64) -> bool {
        let neighbours = [chunk.checked_sub(1), Some(chunk + 1)];
        let mut addresses = neighbours.into_iter().flatten().map(|chunk| chunk << CHUNK_BITS);
        addresses.any(|address| address < ADDRESS_SPACE && self.holds(address))
    }

    /// Have the host make all pages of a chunk at once, which takes less time than a fault for
    /// each. It is madvise, in the signal handler too. Hosts before Linux 5.14 do not know it, and
    /// nothing depends on it.
    fn populate(&self, chunk: u64) {
        let start = self.base.wrapping_add((chunk << CHUNK_BITS) as usize);
        // SAFETY: a writable chunk of the reservation, whose contents this does not change.
        unsafe { libc::madvise(start.cast(), CHUNK_BYTES as usize, libc::MADV_POPULATE_WRITE) };
    }

    /// Make the chunk of this address inaccessible again; it must hold zeros.
    pub(super) fn withdraw(&self, address: u64) {
        let chunk = address >> CHUNK_BITS;
        if self.holds(address) && self.protect(chunk << CHUNK_BITS, CHUNK_BYTES, libc::PROT_NONE) {
            let lone = chunk..chunk + 1;
            let before = self.edges_around(&lone);
            self.cell(chunk).fetch_and(!(1 << (chunk & 63)), Relaxed);
            self.edges.fetch_add(self.edges_around(&lone).wrapping_sub(before), Relaxed);
            self.touched.fetch_sub(CHUNK_BYTES, Relaxed);
            self.refund(CHUNK_BYTES);
        }
    }

    /// Whole pages of the guest's memory or of the marks behind it.
    fn protect(&self, from: u64, bytes: u64, access: libc::c_int) -> bool {
        let start = self.base.wrapping_add(from as usize);
        // SAFETY: it is inside of the reservation, where nothing but guest data and marks are.
        unsafe { libc::mprotect(start.cast(), bytes as usize, access) == 0 }
    }

    /// False: the limit is reached, and nothing was counted.
    pub(crate) fn charge(&self, bytes: u64) -> bool {
        let used = self.used.load(Relaxed).saturating_add(bytes);
        let fits = used <= self.limit;
        if fits {
            self.used.store(used, Relaxed);
        }
        fits
    }

    pub(crate) fn refund(&self, bytes: u64) {
        let used = self.used.fetch_sub(bytes, Relaxed);
        debug_assert!(used >= bytes, "more is given back than was charged");
    }

    pub(crate) fn touched_bytes(&self) -> u64 {
        self.touched.load(Relaxed)
    }

    pub(crate) fn windows(&self) -> u64 {
        self.windows.load(Relaxed)
    }

    #[inline(always)]
    fn cell(&self, chunk: u64) -> &AtomicU64 {
        let index = (chunk / 64) as usize;
        debug_assert!(index < MAP_BYTES / 8);
        // SAFETY: callers pass addresses below ADDRESS_SPACE, for which the map has a bit.
        unsafe { &*self.map.add(index % (MAP_BYTES / 8)) }
    }
}

/// How often it changes from one to the next, with those before and behind these.
fn changes(range: &Range<u64>, is: impl Fn(u64) -> bool) -> u64 {
    let before = range.start.checked_sub(1).is_some_and(&is);
    let states = (range.start..=range.end).map(&is);
    let count = |(last, edges), now| (now, edges + u64::from(last != now));
    states.fold((before, 0), count).1
}

/// These addresses by the chunks that they are in.
pub(super) fn pieces(address: u64, end: u64) -> impl Iterator<Item = Range<u64>> {
    // Nothing may be asked for at any address, also where no chunk is behind.
    let behind = |start: u64| (start / CHUNK_BYTES + 1).saturating_mul(CHUNK_BYTES);
    let next = move |start: &u64| Some(behind(*start));
    let starts = std::iter::successors(Some(address), next).take_while(move |start| *start < end);
    starts.map(move |start| start..end.min(behind(start)))
}
