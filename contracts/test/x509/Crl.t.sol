// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {Crl, RevocationList} from "../../src/x509/Crl.sol";
import {Asn1} from "../harness/Asn1.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Revocation lists put together by hand; nothing here checks who signed them.
contract CrlTest is TestCase {
    bytes private constant ALGORITHM = hex"300a06082a8648ce3d040302";
    bytes private constant AUTHORITY_KEY =
        hex"301f0603551d23041830168014000102030405060708090a0b0c0d0e0f10111213";
    bytes private constant ENTRY = hex"3012020107170d3236303130313030303030305a";
    /// @dev Bytes of the algorithm and the signature.
    uint256 private constant BEHIND_SIGNED_PART = 23;
    uint256 private constant HEADER = 3; // of the whole, and of the signed part, here

    bytes private version = hex"020101";
    bytes private entries;
    bytes private list;

    /// @dev Entries as offsets from the first byte.
    function parse(bytes calldata der) external view returns (RevocationList memory list_) {
        uint256 start = Memory.copy(der);
        list_ = Crl.parse(start, der.length);
        if (list_.entries == 0) return list_;
        (list_.entries, list_.entriesEnd) = (list_.entries - start, list_.entriesEnd - start);
    }

    function nextSerial(bytes calldata der, uint256 limit)
        external
        pure
        returns (uint256 serial, uint256 next)
    {
        RevocationList memory found;
        found.origin = Memory.copy(der);
        found.entriesEnd = found.origin + limit;
        (serial, next) = Crl.nextSerial(found, found.origin);
        next -= found.origin;
    }

    function setUp() public {
        entries = Asn1.sequence(ENTRY);
        list = bytes.concat(_number(hex"020105"), AUTHORITY_KEY);
    }

    /* --- good ------------------------------------------------------------------------------ */

    function test_parse__good__all_fields() public view {
        bytes memory der = _encode();
        RevocationList memory found = this.parse(der);
        vm.assertEq(found.digest, sha256(_tbs()), "digest");
        vm.assertEq(found.issuerHash, keccak256(Asn1.name("issuer")), "issuer");
        vm.assertEq(found.authorityKeyId, 0x00000102030405060708090a0b0c0d0e0f10111213, "key");
        vm.assertEq(found.number, 5, "number");
        vm.assertEq(found.thisUpdate, 1_767_225_600, "thisUpdate");
        vm.assertEq(found.nextUpdate, 1_769_904_000, "nextUpdate");
        vm.assertEq(slice(der, found.entries, found.entriesEnd), ENTRY, "entries");
        vm.assertEq(abi.encode(found.r, found.s), abi.encode(3, 4), "signature");
    }

    function test_parse__no_entries__none() public {
        entries = "";
        RevocationList memory found = this.parse(_encode());
        vm.assertEq(found.entries, 0, "start");
        vm.assertEq(found.entriesEnd, 0, "end");
    }

    function test_parse__number_of_20_bytes__taken() public {
        bytes memory widest = hex"02147fffffffffffffffffffffffffffffffffffffff";
        list = bytes.concat(_number(widest), AUTHORITY_KEY);
        vm.assertEq(this.parse(_encode()).number, type(uint160).max >> 1, "number");
    }

    /* --- form ------------------------------------------------------------------------------ */

    function test_parse__other_version__refused() public {
        this.parse(_encode());
        version = hex"020102";
        _refuse(2 * HEADER);
    }

    function test_parse__version_behind_the_signed_part__refused() public {
        bytes memory der = Asn1.sequence(bytes.concat(hex"3000", version, ALGORITHM));
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der);
    }

    /// @dev Memory behind the list decides nothing.
    function test_parse__any_byte_changed__no_matter_what_follows(
        uint256 offset,
        bytes1 value,
        uint256 background
    ) public view {
        bytes memory der = _encode();
        der[bound(offset, 0, der.length - 1)] = value;
        (bool first, bytes memory one) = _try(der, 0);
        (bool second, bytes memory other) = _try(der, background);
        vm.assertTrue(first == second, "verdict");
        if (first) vm.assertEq(one, other, "values");
        else vm.assertLt(3, one.length, "a typed error");
    }

    function parseBefore(bytes calldata der, uint256 background)
        external
        view
        returns (RevocationList memory list_)
    {
        uint256 start = Memory.allocate(der.length + 4096);
        for (uint256 i = 0; i < der.length + 4096; i += 32) {
            assembly {
                mstore(add(start, i), background)
            }
        }
        Memory.put(start, der);
        return Crl.parse(start, der.length);
    }

    function test_parse__unknown_extension__refused_even_when_not_critical() public {
        this.parse(_encode());
        uint256 place = _extensionsAt() + list.length;
        list = bytes.concat(list, hex"30090603551d1f04020500");
        _refuseExtension(place);
    }

    function test_parse__number_or_key_twice__refused_at_the_second() public {
        this.parse(_encode());
        bytes memory good = list;
        uint256 place = _extensionsAt() + good.length;
        list = bytes.concat(good, _number(hex"020105"));
        _refuseExtension(place);
        list = bytes.concat(good, AUTHORITY_KEY);
        _refuseExtension(place);
    }

    function test_parse__number_or_key_missing__refused_at_the_end() public {
        this.parse(_encode());
        list = AUTHORITY_KEY;
        _refuse(_encode().length - BEHIND_SIGNED_PART);
        list = _number(hex"020105");
        _refuse(_encode().length - BEHIND_SIGNED_PART);
    }

    function test_parse__number_above_160_bits__refused() public {
        list = bytes.concat(
            _number(hex"021500ffffffffffffffffffffffffffffffffffffffff"), AUTHORITY_KEY
        );
        this.parse(_encode());
        list = bytes.concat(
            _number(hex"0215010000000000000000000000000000000000000000"), AUTHORITY_KEY
        );
        _refuse(_extensionsAt() + 9);
    }

    function test_parse__more_behind_the_number__refused() public {
        this.parse(_encode());
        list = bytes.concat(_number(hex"0201050500"), AUTHORITY_KEY);
        _refuse(_extensionsAt() + 9);
    }

    /* --- entries --------------------------------------------------------------------------- */

    function test_nextSerial__serials_of_1_to_28_bytes__read() public view {
        _assertSerial(hex"3003020107", 7);
        _assertSerial(hex"300402020080", 0x80);
        _assertSerial(
            hex"301e021c7fffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            type(uint224).max >> 1
        );
    }

    function test_nextSerial__not_an_entry__refused() public {
        _assertSerial(hex"3003020107", 7);
        _refuseEntry(hex"3103020107"); // no SEQUENCE
        _refuseEntry(hex"3003040107"); // no INTEGER
        _refuseEntry(hex"30020200"); // an empty one
        _refuseEntry(hex"3002020107"); // longer than its entry
        _refuseEntry(hex"3003020187"); // negative
        _refuseEntry(hex"300402020007"); // a needless zero
        _refuseEntry(bytes.concat(hex"308103", hex"020107")); // a long length
        _refuseEntry(bytes.concat(hex"301f021d01", new bytes(28))); // 29 bytes
    }

    function test_nextSerial__beyond_the_list__refused() public {
        this.nextSerial(hex"3003020107", 5);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.nextSerial(hex"3003020107", 4);
    }

    /* --- parts ----------------------------------------------------------------------------- */

    function _number(bytes memory integer) private pure returns (bytes memory) {
        return Asn1.sequence(bytes.concat(hex"0603551d14", Asn1.octets(integer)));
    }

    function _beforeExtensions() private view returns (bytes memory) {
        bytes memory window =
            bytes.concat(Asn1.element(0x17, "260101000000Z"), Asn1.element(0x17, "260201000000Z"));
        return bytes.concat(version, ALGORITHM, Asn1.name("issuer"), window, entries);
    }

    function _tbs() private view returns (bytes memory) {
        bytes memory extensions = Asn1.element(0xa0, Asn1.sequence(list));
        return Asn1.sequence(bytes.concat(_beforeExtensions(), extensions));
    }

    function _encode() private view returns (bytes memory) {
        return Asn1.signed(_tbs(), bytes32(uint256(3)), bytes32(uint256(4)));
    }

    function _try(bytes memory der, uint256 background) private view returns (bool, bytes memory) {
        return address(this).staticcall(abi.encodeCall(this.parseBefore, (der, background)));
    }

    /// @dev Where the first extension starts: behind two headers of two bytes.
    function _extensionsAt() private view returns (uint256) {
        return 2 * HEADER + _beforeExtensions().length + 4;
    }

    function _refuse(uint256 offset) private {
        bytes memory der = _encode();
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }

    function _refuseExtension(uint256 offset) private {
        bytes memory der = _encode();
        bytes4 selector = IDcapErrors.CriticalExtensionUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, offset));
        this.parse(der);
    }

    function _assertSerial(bytes memory entry, uint256 expected) private view {
        (uint256 serial, uint256 next) = this.nextSerial(entry, entry.length);
        vm.assertEq(serial, expected, "serial");
        vm.assertEq(next, entry.length, "next");
    }

    function _refuseEntry(bytes memory entry) private {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.nextSerial(entry, entry.length);
    }
}
