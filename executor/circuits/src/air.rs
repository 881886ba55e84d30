//! SP1's types for its chips and their tables.

use slop_matrix::dense::RowMajorMatrix;
use sp1_core_machine::riscv::RiscvAir;
use sp1_primitives::SP1Field;

pub(super) type Air = RiscvAir<SP1Field>;
pub(super) type Trace = RowMajorMatrix<SP1Field>;
