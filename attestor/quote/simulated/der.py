"""The SGX extension of a PCK certificate, in DER.

Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification", section 1.3.5:
a SEQUENCE of SEQUENCE {OID, value} under 1.2.840.113741.1.13.1.
"""

from dataclasses import dataclass

SGX_EXTENSION = "1.2.840.113741.1.13.1"

_BOOLEAN, _INTEGER, _OCTETS, _OID, _ENUMERATED, _SEQUENCE = 0x01, 0x02, 0x04, 0x06, 0x0A, 0x30


@dataclass(frozen=True)
class SgxExtensionShape:
    """How the extension differs from the sound one; the defaults differ in nothing.

    Fields are named by the end of their OID: "4" is the FMSPC, "2.17" the PCE SVN. `without`
    leaves fields out, `values` gives others in DER, `repeated` writes fields twice, and
    `backwards` turns the order of the outermost fields.
    """

    without: frozenset[str] = frozenset()
    values: tuple[tuple[str, bytes], ...] = ()
    repeated: frozenset[str] = frozenset()
    backwards: bool = False


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
    shape: SgxExtensionShape = SgxExtensionShape()

    def encode(self) -> bytes:
        """The DER of the extension's value."""
        fields = {
            "1": octets(self.ppid),
            "2": self._tcb(),
            "3": octets(self.pce_id),
            "4": octets(self.fmspc),
            "5": _tagged(_ENUMERATED, bytes([self.sgx_type])),
        }
        if self.platform_instance_id is not None:
            flags = {
                f"7.{number}": _tagged(_BOOLEAN, b"\xff" if flag else b"\x00")
                for number, flag in enumerate(self.configuration, start=1)
            }
            fields["6"] = octets(self.platform_instance_id)
            fields["7"] = self._sequence(flags)
        return self._sequence(fields, backwards=self.shape.backwards)

    def _tcb(self) -> bytes:
        components = {
            f"2.{number}": integer(svn) for number, svn in enumerate(self.cpu_svn, start=1)
        }
        components["2.17"] = integer(self.pce_svn)
        components["2.18"] = octets(bytes(self.cpu_svn))
        return self._sequence(components)

    def _sequence(self, fields: dict[str, bytes], *, backwards: bool = False) -> bytes:
        values = dict(self.shape.values)
        encoded = [
            _field(suffix, values.get(suffix, value)) * (2 if suffix in self.shape.repeated else 1)
            for suffix, value in fields.items()
            if suffix not in self.shape.without
        ]
        return _tagged(_SEQUENCE, b"".join(reversed(encoded) if backwards else encoded))


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    return _tagged(_OCTETS, value)


def _field(suffix: str, value: bytes) -> bytes:
    return _tagged(_SEQUENCE, _object_identifier(f"{SGX_EXTENSION}.{suffix}") + value)


def _tagged(tag: int, content: bytes) -> bytes:
    """Tag, length and content; X.690 section 8.1.3."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
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
