use serde_json::{Map, json};

use super::*;

fn frame(header: &str, blobs: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(header.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(blobs);
    bytes
}

fn header_error(bytes: &[u8]) -> String {
    read_header(&mut &bytes[..]).unwrap_err().0
}

#[test]
fn encode_then_read_gives_the_same_frame() {
    let fields = json!({"ok": true, "n": 7}).as_object().unwrap().clone();
    let bytes = encode(fields.clone(), &[b"one", b"", b"three"]).unwrap();
    let mut input = &bytes[..];

    let header = read_header(&mut input).unwrap();
    let blobs = read_blobs(&mut input, &header.sizes, 8).unwrap();

    assert_eq!(header.fields, fields);
    assert_eq!(blobs, [b"one".to_vec(), b"".to_vec(), b"three".to_vec()]);
    assert_eq!(read_end(&mut input), Ok(()));
}

#[test]
fn encode_is_the_format_that_python_writes() {
    assert_eq!(encode(Map::new(), &[b"ab"]).unwrap(), b"\0\0\0\x0d{\"blobs\":[2]}ab");
}

#[test]
fn header_without_blobs_has_none() {
    assert_eq!(read_header(&mut &frame("{}", b"")[..]).unwrap().sizes, Vec::<usize>::new());
}

#[test]
fn streams_that_end_early_are_refused_with_the_part() {
    assert!(header_error(b"").contains("length"));
    assert!(header_error(b"\0\0\0").contains("length"));
    assert!(header_error(b"\0\0\0\x05{}").contains("header"));
    let error = read_blobs(&mut &b"abc"[..], &[4], 100).unwrap_err();
    assert!(error.0.contains("blob"), "{error}");
}

#[test]
fn header_over_the_bound_is_refused_before_it_is_read() {
    assert!(header_error(b"\0\x10\0\x01").contains("at most 1048576"));
    assert!(header_error(b"\xff\xff\xff\xff").contains("at most 1048576"));
}

#[test]
fn headers_that_are_not_json_objects_are_refused() {
    for text in ["[]", "7", "{", "", "null", "{\"a\":1}x", "\u{feff}{}"] {
        assert!(header_error(&frame(text, b"")).contains("JSON object"), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(header_error(&frame(&format!("{{\"a\":{deep}}}"), b"")).contains("JSON object"));
}

#[test]
fn blobs_that_are_not_lengths_are_refused() {
    for sizes in ["7", "[-1]", "[1.5]", "[\"1\"]", "{}", "null", "[true]", "[99999999999999999999]"]
    {
        let text = format!("{{\"blobs\":{sizes}}}");
        assert!(header_error(&frame(&text, b"")).contains("list of lengths"), "{text}");
    }
}

#[test]
fn blobs_over_the_bound_are_refused_before_they_are_read() {
    for sizes in [vec![5], vec![2, 3], vec![usize::MAX, 2]] {
        let error = read_blobs(&mut &b""[..], &sizes, 4).unwrap_err();
        assert_eq!(error.0, "frame carries more than 4 bytes");
    }
}

#[test]
fn bytes_after_the_frame_are_refused() {
    assert!(read_end(&mut &b"x"[..]).is_err());
}

#[test]
fn answer_with_a_header_over_the_bound_is_an_error() {
    let fields = json!({"a": "x".repeat(MAX_HEADER_BYTES)}).as_object().unwrap().clone();
    assert!(encode(fields, &[]).is_err());
}
