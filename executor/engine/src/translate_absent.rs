//! No machine code on this target, or without the feature `translator`: the interpreter runs all.

use crate::context::Context;
use crate::exit::Exit;
use crate::hotness::Hotness;
use crate::image::Image;
use crate::memory::Memory;

/// Never made.
pub(crate) enum Translator {}

impl Translator {
    pub(crate) fn new(_image: &Image, _marks: bool) -> Option<Self> {
        None
    }

    pub(crate) fn translate(
        &mut self,
        _image: &Image,
        _start: usize,
        _executed: u64,
        _registers: &[u64; 32],
        _heat: &mut Hotness,
    ) -> bool {
        match *self {}
    }

    pub(crate) fn marks(&self) -> bool {
        match *self {}
    }

    pub(crate) fn holds(&self, _index: usize) -> bool {
        match *self {}
    }

    pub(crate) fn exhausted(&self) -> bool {
        match *self {}
    }

    pub(crate) fn enter(
        &mut self,
        _index: usize,
        _context: &mut Context,
        _memory: &Memory,
    ) -> Exit {
        match *self {}
    }

    pub(crate) fn access_at(&self, _place: u64) -> Option<usize> {
        match *self {}
    }

    pub(crate) fn instructions(&self) -> u64 {
        match *self {}
    }

    pub(crate) fn seconds(&self) -> f64 {
        match *self {}
    }
}
