//! A blob that comes as a descriptor of sealed memory with the request's first byte: it is read where
//! it is, and neither copied nor sent again for each request.

#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use attestor_protocol::Fields;
use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde_json::Value;

use crate::failure::{Class, Failure};

/// As much as a header's length takes: what comes with a descriptor is not merged with what follows.
const FIRST_BYTES: usize = 4;

/// What stdin begins with, and the descriptor that came with it where stdin is a socket.
pub(crate) struct Beginning {
    pub bytes: Vec<u8>,
    pub attachment: Attachment,
}

/// What came with it.
pub(crate) struct Attachment(Option<OwnedFd>);

impl Beginning {
    /// Take it. Of a stdin that is no socket, nothing.
    pub(crate) fn take() -> io::Result<Self> {
        let mut bytes = [0; FIRST_BYTES];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let input = rustix::stdio::stdin();
        let flags = RecvFlags::CMSG_CLOEXEC;
        let count = match recvmsg(input, &mut [IoSliceMut::new(&mut bytes)], &mut control, flags) {
            Ok(received) => received.bytes,
            Err(rustix::io::Errno::NOTSOCK) => 0,
            Err(error) => return Err(error.into()),
        };
        let descriptor = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut given) => given.next(),
            _ => None,
        });
        Ok(Self { bytes: bytes[..count].to_vec(), attachment: Attachment(descriptor) })
    }
}

impl Attachment {
    /// The blob of `attached` bytes that a header tells of, for as long as the process lives.
    pub(crate) fn blob<C: Class>(
        self,
        fields: &Fields,
    ) -> Result<Option<&'static [u8]>, Failure<C>> {
        let size = fields.get("attached").map(Value::as_u64);
        match (size, self.0) {
            (None, None) => Ok(None),
            (Some(Some(size)), Some(descriptor)) => map(&File::from(descriptor), size)
                .map(Some)
                .map_err(|error| Failure::crash(format!("cannot read what is attached: {error}"))),
            _ => Err(Failure::crash("the header does not tell of what is attached, or nothing is")),
        }
    }
}

/// The whole file, which has that many bytes and is sealed: it neither changes nor shrinks.
fn map(file: &File, size: u64) -> io::Result<&'static [u8]> {
    if file.metadata()?.len() != size || size == 0 {
        return Err(io::Error::other(format!("it has not {size} bytes")));
    }
    let length = usize::try_from(size).map_err(io::Error::other)?;
    let nowhere = std::ptr::null_mut();
    // SAFETY: the kernel chooses the place, and nothing ever unmaps it.
    let place = unsafe { mmap(nowhere, length, ProtFlags::READ, MapFlags::PRIVATE, file, 0) }?;
    // SAFETY: as long as the file, readable, and written by nobody.
    Ok(unsafe { std::slice::from_raw_parts(place.cast::<u8>(), length) })
}
