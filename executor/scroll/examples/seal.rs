//! seal REQUEST: the headers of a request's blocks (a frame in a file), with all that execution gives.
//!
//! Prints one header per line, in hexadecimal.

use std::fs::File;

use attestor_scroll::bench::seal;

/// Of the file.
const MAX_BYTES: usize = 1 << 30;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("no request")?;
    let mut file = File::open(&path)?;
    let header = attestor_protocol::read_header(&mut file)?;
    let blobs = attestor_protocol::read_blobs(&mut file, &header.sizes, MAX_BYTES)?;
    let blobs: [Vec<u8>; 3] = blobs.try_into().map_err(|_| "not three blobs")?;
    let sealed = seal(&header.fields, &blobs).map_err(|failure| failure.detail)?;
    for header in sealed {
        println!("{}", header.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    Ok(())
}
