//! Ways to other processes by sockets. Whether someone listens there makes no difference.
#![allow(unsafe_code)]

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};

use libc::pid_t;

use crate::outcome::result;

const NOBODY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9);

pub(crate) fn tcp_connect(_: pid_t) -> io::Result<pid_t> {
    match TcpStream::connect(NOBODY) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => Err(error),
        _ => Ok(0),
    }
}

pub(crate) fn tcp_listen(_: pid_t) -> io::Result<pid_t> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(|_| 0)
}

pub(crate) fn udp_send(_: pid_t) -> io::Result<pid_t> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.send_to(b"hello", NOBODY).map(|_| 0)
}

pub(crate) fn unix_socket(_: pid_t) -> io::Result<pid_t> {
    match UnixStream::connect("/tmp/attestor-hostile") {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(0),
    }
}

pub(crate) fn abstract_socket(parent: pid_t) -> io::Result<pid_t> {
    let name = SocketAddr::from_abstract_name(format!("attestor-hostile-{parent}"))?;
    UnixListener::bind_addr(&name).map(|_| 0)
}

pub(crate) fn netlink(_: pid_t) -> io::Result<pid_t> {
    // SAFETY: the call takes numbers only.
    result(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, 0) }.into())
}

pub(crate) fn socket_pair(_: pid_t) -> io::Result<pid_t> {
    UnixStream::pair().map(|_| 0)
}
