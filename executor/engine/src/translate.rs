//! The translator: hot code becomes machine code, one region of basic blocks at a time.
//!
//! `region` finds what to compile together, `emit` writes it as Cranelift's intermediate code
//! (`arithmetic` and `division` for the operations), `code` keeps the machine code, `entry` goes into it and back,
//! and `fault` gives it memory on the first touch.

mod arithmetic;
mod code;
mod division;
mod emit;
mod entry;
mod fault;
mod region;

use std::sync::Arc;
use std::time::Instant;

use cranelift_codegen::Context as Compiler;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;

use crate::context::Context;
use crate::exit::Exit;
use crate::image::Image;
use crate::memory::Memory;
use code::CodeArea;
use entry::Entry;
use region::Region;

/// Compiling an instruction takes about 12 microseconds. A program pays for it by executing: so a
/// hostile one cannot make this slower than an interpreter of 20 MHz.
const FREE_INSTRUCTIONS: u64 = 8192;
const CYCLES_PER_INSTRUCTION: u64 = 256;
const MAX_INSTRUCTIONS: u64 = 1 << 20;

pub struct Translator {
    /// Made for the first hot region.
    backend: Option<Backend>,
    /// Per instruction, where its compiled region starts; empty before the first.
    table: Vec<Entry>,
    instructions: u64,
    seconds: f64,
    exhausted: bool,
}

struct Backend {
    isa: Arc<dyn TargetIsa>,
    compiler: Compiler,
    builder: FunctionBuilderContext,
    code: CodeArea,
}

impl Translator {
    /// None: this host has no target.
    pub fn new(_image: &Image) -> Option<Self> {
        Some(Self {
            backend: None,
            table: Vec::new(),
            instructions: 0,
            seconds: 0.0,
            exhausted: false,
        })
    }

    /// Compile the region that starts at an instruction, after `executed` cycles; false: not now,
    /// or never again when `exhausted`. The guest's registers now are a hint of what they will be.
    pub fn translate(
        &mut self,
        image: &Image,
        start: usize,
        executed: u64,
        registers: &[u64; 32],
    ) -> bool {
        let budget = FREE_INSTRUCTIONS + executed / CYCLES_PER_INSTRUCTION;
        if self.exhausted || self.instructions >= budget {
            return false;
        }
        let began = Instant::now();
        let entry = self.compile(image, start, registers);
        self.seconds += began.elapsed().as_secs_f64();
        self.exhausted = entry.is_none() || self.instructions >= MAX_INSTRUCTIONS;
        let Some(entry) = entry else { return false };
        self.table[start] = entry;
        true
    }

    pub fn exhausted(&self) -> bool {
        self.exhausted
    }

    pub fn holds(&self, index: usize) -> bool {
        self.table.get(index).is_some_and(|entry| !entry.is_cold())
    }

    /// Execute from a compiled instruction until compiled code leaves.
    pub fn enter(&mut self, index: usize, context: &mut Context, memory: &Memory) -> Exit {
        let Some(backend) = &self.backend else { return Exit::Cold };
        fault::enter(&backend.code, memory.granules(), context, &self.table, index)
    }

    pub fn instructions(&self) -> u64 {
        self.instructions
    }

    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    fn compile(&mut self, image: &Image, start: usize, registers: &[u64; 32]) -> Option<Entry> {
        if self.backend.is_none() {
            self.backend = Some(Backend::new()?);
            self.table = vec![Entry::cold(); image.instructions.len()];
        }
        let backend = self.backend.as_mut()?;
        let region = Region::discover(image, start);
        self.instructions += region.instructions() as u64;
        backend.compile(image, &region, registers)
    }
}

impl Backend {
    fn new() -> Option<Self> {
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", "speed"),
            ("enable_verifier", "false"),
            ("is_pic", "false"),
            ("preserve_frame_pointers", "true"),
        ] {
            flags.set(name, value).ok()?;
        }
        let isa = cranelift_native::builder().ok()?.finish(settings::Flags::new(flags)).ok()?;
        let code = CodeArea::new()?;
        fault::install();
        let builder = FunctionBuilderContext::new();
        Some(Self { isa, compiler: Compiler::new(), builder, code })
    }

    fn compile(&mut self, image: &Image, region: &Region, registers: &[u64; 32]) -> Option<Entry> {
        self.compiler.clear();
        let config = self.isa.frontend_config();
        emit::emit(&mut self.compiler.func, &mut self.builder, config, image, region, registers);
        let compiled = self.compiler.compile(&*self.isa, &mut ControlPlane::default()).ok()?;
        // Code with references to elsewhere would need a linker; nothing here makes such code.
        if !compiled.buffer.relocs().is_empty() {
            return None;
        }
        self.code.add(compiled.code_buffer())
    }
}

#[cfg(test)]
mod tests;
