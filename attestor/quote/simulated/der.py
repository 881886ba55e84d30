"""The SGX extension of a PCK certificate, in DER.

Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification", section 1.3.5:
a SEQUENCE of SEQUENCE {OID, value} under 1.2.840.113741.1.13.1.
"""

from dataclasses import dataclass

SGX_EXTENSION = "1.2.840.113741.1.13.1"

_BOOLEAN, _INTEGER, _OCTETS, _OID, _ENUMERATED, _SEQUENCE = 0x01, 0x02, 0x04, 0x06, 0x0A, 0x30


@dataclass(frozen=True)
class SgxExtension:
    """What Intel certifies of a machine: its identity and its patch levels.

    `platform_instance_id` (16 bytes) is only in certificates of the Platform CA, and brings the
    three configuration flags with it: dynamic platform, cached keys, SMT enabled.
    """

    ppid: bytes
    cpu_svn: tuple[int, ...]
    pce_svn: int
    pce_id: bytes
    fmspc: bytes
    sgx_type: int
    platform_instance_id: bytes | None
    configuration: tuple[bool, bool, bool] = (True, False, True)

    def encode(self) -> bytes:
        """The DER of the extension's value."""
        fields = [
            _field("1", _tagged(_OCTETS, self.ppid)),
            _field("2", self._tcb()),
            _field("3", _tagged(_OCTETS, self.pce_id)),
            _field("4", _tagged(_OCTETS, self.fmspc)),
            _field("5", _tagged(_ENUMERATED, bytes([self.sgx_type]))),
        ]
        if self.platform_instance_id is not None:
            flags = [
                _field(f"7.{number}", _tagged(_BOOLEAN, b"\xff" if flag else b"\x00"))
                for number, flag in enumerate(self.configuration, start=1)
            ]
            fields.append(_field("6", _tagged(_OCTETS, self.platform_instance_id)))
            fields.append(_field("7", _tagged(_SEQUENCE, b"".join(flags))))
        return _tagged(_SEQUENCE, b"".join(fields))

    def _tcb(self) -> bytes:
        components = [
            _field(f"2.{number}", _integer(svn)) for number, svn in enumerate(self.cpu_svn, start=1)
        ]
        components.append(_field("2.17", _integer(self.pce_svn)))
        components.append(_field("2.18", _tagged(_OCTETS, bytes(self.cpu_svn))))
        return _tagged(_SEQUENCE, b"".join(components))


def _field(suffix: str, value: bytes) -> bytes:
    return _tagged(_SEQUENCE, _object_identifier(f"{SGX_EXTENSION}.{suffix}") + value)


def _tagged(tag: int, content: bytes) -> bytes:
    """Tag, length and content; X.690 section 8.1.3."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _integer(value: int) -> bytes:
    """A non-negative INTEGER: one spare bit, so that it is not read as negative."""
    return _tagged(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _object_identifier(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return _tagged(_OID, b"".join(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(arc: int) -> bytes:
    """Seven bits a byte, all but the last with the top bit set; X.690 section 8.19."""
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(0x80 | (arc & 0x7F))
    return bytes(reversed(groups))
