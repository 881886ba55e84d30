//! No machine code on this target, or without the feature `translator`: the interpreter runs all.

use crate::context::Context;
use crate::exit::Exit;
use crate::heat::Heat;
use crate::image::Image;
use crate::memory::Memory;

/// Never made.
pub enum Translator {}

impl Translator {
    pub fn new(_image: &Image) -> Option<Self> {
        None
    }

    pub fn translate(
        &mut self,
        _image: &Image,
        _start: usize,
        _executed: u64,
        _registers: &[u64; 32],
        _heat: &mut Heat,
    ) -> bool {
        match *self {}
    }

    pub fn holds(&self, _index: usize) -> bool {
        match *self {}
    }

    pub fn exhausted(&self) -> bool {
        match *self {}
    }

    pub fn enter(&mut self, _index: usize, _context: &mut Context, _memory: &Memory) -> Exit {
        match *self {}
    }

    pub fn access_at(&self, _place: u64) -> Option<usize> {
        match *self {}
    }

    pub fn instructions(&self) -> u64 {
        match *self {}
    }

    pub fn seconds(&self) -> f64 {
        match *self {}
    }
}
