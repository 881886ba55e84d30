//! Which engine a request asks for, by the names that records and answers carry.

use attestor_protocol::Fields;

use crate::failure::{Class, Failure};

/// The engines of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Ours, the package `attestor-engine`.
    Attestor,
    /// SP1's portable interpreter.
    Sp1Portable,
    /// SP1's JIT, which checks no bounds. A program of its own runs it.
    Sp1Jit,
}

impl Engine {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attestor => "attestor",
            Self::Sp1Portable => "sp1-portable",
            Self::Sp1Jit => "sp1-jit",
        }
    }

    /// The engine in a request's header; None when the header names none.
    pub fn parse(fields: &Fields) -> Result<Option<Self>, Failure> {
        let Some(value) = fields.get("engine") else {
            return Ok(None);
        };
        [Self::Attestor, Self::Sp1Portable, Self::Sp1Jit]
            .into_iter()
            .find(|engine| value.as_str() == Some(engine.name()))
            .map(Some)
            .ok_or_else(|| Failure::new(Class::Crash, format!("there is no engine {value}")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(header: serde_json::Value) -> Result<Option<Engine>, Failure> {
        Engine::parse(header.as_object().unwrap())
    }

    #[test]
    fn every_engine_is_found_by_its_name() {
        for engine in [Engine::Attestor, Engine::Sp1Portable, Engine::Sp1Jit] {
            assert_eq!(parse(json!({"engine": engine.name()})), Ok(Some(engine)));
        }
    }

    #[test]
    fn header_without_an_engine_names_none() {
        assert_eq!(parse(json!({})), Ok(None));
    }

    #[test]
    fn unknown_engine_is_refused_by_name() {
        for odd in [json!("sp1"), json!(null), json!(1), json!(["attestor"])] {
            assert!(parse(json!({"engine": odd})).unwrap_err().detail.contains("no engine"));
        }
    }
}
