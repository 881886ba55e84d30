//! The frame that attestor's processes speak to each other over pipes.
//!
//! ```text
//! frame = u32 BE header length ‖ header (UTF-8 JSON object) ‖ blob 0 ‖ blob 1 ‖ …
//! ```
//!
//! The header's key `blobs` lists the blobs' lengths in bytes. The same format is in
//! `attestor/core/frame.py`. A header is read apart from its blobs, so that a process can limit
//! itself by what the header says before it takes in the rest.

use std::fmt;
use std::io::{self, Read};

use serde_json::{Map, Value};

/// The longest header in bytes, in both directions.
pub const MAX_HEADER_BYTES: usize = 1 << 20;

/// A JSON object: the header without its key `blobs`.
pub type Fields = Map<String, Value>;

/// The first part of a frame.
#[derive(Debug, PartialEq)]
pub struct Header {
    pub fields: Fields,
    /// The lengths in bytes of the blobs that follow.
    pub sizes: Vec<usize>,
}

/// What was read is not a frame, or the stream broke.
#[derive(Debug, PartialEq)]
pub struct FrameError(pub String);

impl fmt::Display for FrameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for FrameError {}

/// Read the header of one frame, up to its first blob.
pub fn read_header(input: &mut impl Read) -> Result<Header, FrameError> {
    let mut prefix = [0; 4];
    read_exactly(input, &mut prefix, "length")?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > MAX_HEADER_BYTES {
        return Err(FrameError(format!(
            "frame header of {length} bytes, at most {MAX_HEADER_BYTES}"
        )));
    }
    let mut text = vec![0; length];
    read_exactly(input, &mut text, "header")?;
    let mut fields: Fields = serde_json::from_slice(&text)
        .map_err(|error| FrameError(format!("frame header is not a JSON object: {error}")))?;
    let sizes = blob_sizes(fields.remove("blobs"))?;
    Ok(Header { fields, sizes })
}

/// Read the blobs of `sizes` bytes, which together are at most `max_bytes`.
pub fn read_blobs(
    input: &mut impl Read,
    sizes: &[usize],
    max_bytes: usize,
) -> Result<Vec<Vec<u8>>, FrameError> {
    let total = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
    if total.is_none_or(|total| total > max_bytes) {
        return Err(FrameError(format!("frame carries more than {max_bytes} bytes")));
    }
    sizes
        .iter()
        .map(|size| {
            let mut blob = vec![0; *size];
            read_exactly(input, &mut blob, "blob")?;
            Ok(blob)
        })
        .collect()
}

/// Check that the stream ends here.
pub fn read_end(input: &mut impl Read) -> Result<(), FrameError> {
    match input.read_exact(&mut [0; 1]) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        Err(error) => Err(FrameError(format!("frame end: {error}"))),
        Ok(()) => Err(FrameError("bytes after the frame".into())),
    }
}

/// The bytes of a frame. A header that is too long becomes an error.
pub fn encode(fields: Fields, blobs: &[&[u8]]) -> Result<Vec<u8>, FrameError> {
    let mut frame = encode_header(fields, blobs.iter().map(|blob| blob.len()).collect())?;
    for blob in blobs {
        frame.extend_from_slice(blob);
    }
    Ok(frame)
}

/// The bytes of a frame up to its first blob, of blobs of `sizes` bytes that are written after it.
pub fn encode_header(mut fields: Fields, sizes: Vec<usize>) -> Result<Vec<u8>, FrameError> {
    fields.insert("blobs".into(), sizes.into());
    let text = Value::Object(fields).to_string();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if text.len() > MAX_HEADER_BYTES {
        return Err(FrameError(format!(
            "frame header of {length} bytes, at most {MAX_HEADER_BYTES}"
        )));
    }
    let mut header = length.to_be_bytes().to_vec();
    header.extend_from_slice(text.as_bytes());
    Ok(header)
}

fn blob_sizes(sizes: Option<Value>) -> Result<Vec<usize>, FrameError> {
    let Some(sizes) = sizes else {
        return Ok(Vec::new());
    };
    let list = sizes.as_array().and_then(|items| {
        items.iter().map(|item| item.as_u64().and_then(|size| usize::try_from(size).ok())).collect()
    });
    list.ok_or_else(|| FrameError("frame header's blobs is not a list of lengths".into()))
}

fn read_exactly(input: &mut impl Read, buffer: &mut [u8], part: &str) -> Result<(), FrameError> {
    input.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            FrameError(format!("frame {part} ended before its {} bytes", buffer.len()))
        }
        _ => FrameError(format!("frame {part}: {error}")),
    })
}

#[cfg(test)]
mod tests;
