// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Asn1} from "./Asn1.sol";
import {TestCase} from "./TestCase.sol";

/// @notice A PCK certificate before it is signed; tests change single parts.
/// @param validity both times with their tags
/// @param authorityKey, constraints, usage, more: whole extensions; `sgx` is put last
/// @param components 16 values; `pceSvn`, `pceId`, `fmspc`, `ppid`: what the SGX extension says
/// @param sgxTail what follows FMSPC in the SGX extension
struct PckDraft {
    bytes version;
    uint256 serial;
    bytes algorithm;
    bytes issuer;
    bytes validity;
    bytes subject;
    bytes key;
    bytes authorityKey;
    bytes constraints;
    bytes usage;
    bytes more;
    bytes16 ppid;
    uint8[16] components;
    uint256 pceSvn;
    bytes2 pceId;
    bytes6 fmspc;
    bytes sgxTail;
    bool hasSgx;
}

/// @notice PCK certificates in the form of Intel's, by a simulated CA.
abstract contract PckMaker is TestCase {
    uint256 internal constant CA_KEY = 0xca;
    uint256 internal constant PCK_KEY = 0x9c4;
    // forge-lint: disable-next-line(unsafe-typecast)
    uint160 internal constant CA_KEY_ID = uint160(bytes20("SIMULATED CA KEY ID "));
    uint256 internal constant NOT_BEFORE = 1_577_836_800; // 2020-01-01
    uint256 internal constant NOT_AFTER = 1_893_456_000; // 2030-01-01
    bytes private constant OID = hex"2a864886f84d010d01";

    function goodPck() internal pure returns (PckDraft memory draft) {
        draft.version = hex"a003020102";
        draft.serial = 0x1122334455667788;
        draft.algorithm = hex"300a06082a8648ce3d040302";
        draft.issuer = Asn1.name("Intel SGX PCK Platform CA");
        draft.validity = bytes.concat(utc("200101000000Z"), utc("300101000000Z"));
        draft.subject = Asn1.name("Intel SGX PCK Certificate");
        draft.key = keyInfo(PCK_KEY);
        draft.authorityKey =
            extension(hex"551d23", bytes.concat(hex"30168014", bytes20(CA_KEY_ID)), false);
        draft.constraints = extension(hex"551d13", hex"3000", true);
        draft.usage = extension(hex"551d0f", hex"030206c0", true);
        draft.more = extension(hex"551d1f", hex"0500", false);
        draft.ppid = "SIMULATED PPID 1";
        draft.components = [4, 4, 2, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0];
        draft.pceSvn = 13;
        draft.fmspc = "SIMDEV";
        draft.sgxTail = Asn1.sequence(bytes.concat(_oid(hex"05"), hex"0a0101"));
        draft.hasSgx = true;
    }

    /// @notice The certificate, signed by the CA.
    function signPck(PckDraft memory draft) internal pure returns (bytes memory) {
        bytes memory tbs = tbsOf(draft);
        (bytes32 r, bytes32 s) = vm.signP256(CA_KEY, sha256(tbs));
        return Asn1.signed(tbs, r, s);
    }

    function tbsOf(PckDraft memory draft) internal pure returns (bytes memory) {
        bytes memory extensions = bytes.concat(
            draft.authorityKey, draft.more, draft.usage, draft.constraints, _sgx(draft)
        );
        bytes memory first =
            bytes.concat(draft.version, Asn1.integer(draft.serial), draft.algorithm, draft.issuer);
        return Asn1.sequence(
            bytes.concat(
                first,
                Asn1.sequence(draft.validity),
                draft.subject,
                draft.key,
                Asn1.element(0xa3, Asn1.sequence(extensions))
            )
        );
    }

    function extension(bytes memory oid, bytes memory value, bool critical)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory flag = critical ? bytes(hex"0101ff") : bytes("");
        return Asn1.sequence(bytes.concat(Asn1.element(0x06, oid), flag, Asn1.octets(value)));
    }

    function keyInfo(uint256 key) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        return
            bytes.concat(
                hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004", abi.encode(x, y)
            );
    }

    function utc(string memory text) internal pure returns (bytes memory) {
        return Asn1.element(0x17, bytes(text));
    }

    function _sgx(PckDraft memory draft) private pure returns (bytes memory) {
        if (!draft.hasSgx) return "";
        bytes memory list = bytes.concat(
            _entry(hex"01", Asn1.octets(bytes.concat(draft.ppid))),
            _entry(hex"02", Asn1.sequence(_tcb(draft))),
            _entry(hex"03", Asn1.octets(bytes.concat(draft.pceId))),
            _entry(hex"04", Asn1.octets(bytes.concat(draft.fmspc))),
            draft.sgxTail
        );
        return extension(OID, Asn1.sequence(list), false);
    }

    function _tcb(PckDraft memory draft) private pure returns (bytes memory list) {
        for (uint256 i = 0; i < 16; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory arc = bytes.concat(hex"02", bytes1(uint8(i + 1)));
            list = bytes.concat(list, _entry(arc, Asn1.integer(draft.components[i])));
        }
        list = bytes.concat(list, _entry(hex"0211", Asn1.integer(draft.pceSvn)));
        list = bytes.concat(list, _entry(hex"0212", Asn1.octets(new bytes(16))));
    }

    function _entry(bytes memory arc, bytes memory value) private pure returns (bytes memory) {
        return Asn1.sequence(bytes.concat(_oid(arc), value));
    }

    function _oid(bytes memory arc) private pure returns (bytes memory) {
        return Asn1.element(0x06, bytes.concat(OID, arc));
    }
}
