//! What a commitment is made to.

/// `CORE_LOG_STACKING_HEIGHT` of sp1-prover 6.10.0, components.rs.
pub(crate) const LOG_HEIGHT: u32 = 21;

/// Columns of 2^log_height coefficients, canonical; log_height is at least 8.
pub(crate) trait Columns: Sync {
    fn log_height(&self) -> u32;
    fn count(&self) -> usize;
    /// Write column `index` over `into`, which holds zeros.
    fn write(&self, index: usize, into: &mut [u32]);
}
