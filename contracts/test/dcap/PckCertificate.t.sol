// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pck, PckCertificate} from "../../src/dcap/PckCertificate.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {Certificate} from "../../src/x509/X509.sol";
import {Asn1} from "../harness/Asn1.sol";
import {PckDraft, PckMaker} from "../harness/PckMaker.sol";

/// @notice The walk over a PCK certificate: what it finds, and that nothing outside of the
/// certificate ever decides.
contract PckCertificateTest is PckMaker {
    /// @dev Memory behind the certificate is filled with `background`.
    function parse(bytes calldata der, bytes1 background) external pure returns (Pck memory pck) {
        uint256 start = Memory.allocate(der.length + 4096);
        for (uint256 i = 0; i < der.length + 4096; i += 32) {
            uint256 filling = uint8(background) * (type(uint256).max / 0xff);
            assembly {
                mstore(add(start, i), filling)
            }
        }
        Memory.put(start, der);
        pck = PckCertificate.parse(start, der.length);
        Certificate memory found = pck.certificate;
        (found.origin, found.tbs, found.tbsEnd) = (0, found.tbs - start, found.tbsEnd - start);
        (found.subject, found.subjectEnd) = (found.subject - start, found.subjectEnd - start);
        found.extensions.sgx -= start;
        found.extensions.sgxEnd -= start;
    }

    function test_parse__any_values__found(
        uint256 serial,
        bytes16 ppid,
        uint8[16] memory components,
        uint16 pceSvn,
        bytes2 pceId,
        bytes6 fmspc
    ) public view {
        PckDraft memory draft = goodPck();
        (draft.serial, draft.ppid, draft.pceId, draft.fmspc) = (serial, ppid, pceId, fmspc);
        (draft.components, draft.pceSvn) = (components, pceSvn);
        Pck memory pck = this.parse(signPck(draft), 0);
        vm.assertEq(pck.certificate.serial, serial, "serial");
        vm.assertEq(pck.platform, keccak256(abi.encodePacked(ppid)), "platform");
        for (uint256 i = 0; i < 16; ++i) {
            vm.assertEq((pck.components >> (8 * (15 - i))) & 0xff, components[i], "component");
        }
        vm.assertEq(pck.components >> 128, 0, "nothing above");
        vm.assertEq(pck.pceSvn, pceSvn, "PCESVN");
        vm.assertEq(pck.pceId, uint16(pceId), "PCEID");
        vm.assertEq(pck.fmspc, uint48(fmspc), "FMSPC");
    }

    function test_parse__good__the_rest_found() public view {
        PckDraft memory draft = goodPck();
        bytes memory tbs = tbsOf(draft);
        (bytes32 r, bytes32 s) = vm.signP256(CA_KEY, sha256(tbs));
        bytes memory der = signPck(draft);
        Certificate memory pck = this.parse(der, 0).certificate;
        (uint256 x, uint256 y) = vm.publicKeyP256(PCK_KEY);
        vm.assertEq(abi.encode(pck.x, pck.y), abi.encode(x, y), "key");
        vm.assertEq(abi.encode(pck.r, pck.s), abi.encode(r, s), "signature");
        vm.assertEq(slice(der, pck.tbs, pck.tbsEnd), tbs, "signed part");
        vm.assertEq(pck.issuerHash, keccak256(draft.issuer), "issuer");
        vm.assertEq(pck.notBefore, NOT_BEFORE, "start");
        vm.assertEq(pck.notAfter, NOT_AFTER, "end");
        vm.assertEq(pck.extensions.authorityKeyId, CA_KEY_ID, "authority");
    }

    /// @dev Small r and s have short INTEGERs.
    function test_parse__any_signature__found(bytes32 r, bytes32 s, uint8 shift) public view {
        r >>= shift;
        Certificate memory pck = this.parse(Asn1.signed(tbsOf(goodPck()), r, s), 0).certificate;
        vm.assertEq(abi.encode(pck.r, pck.s), abi.encode(r, s), "signature");
    }

    /* --- nothing outside decides ----------------------------------------------------------- */

    function test_parse__any_byte_changed__no_matter_what_follows(
        uint256 offset,
        bytes1 value,
        bytes1 background
    ) public view {
        bytes memory der = signPck(goodPck());
        der[bound(offset, 0, der.length - 1)] = value;
        _sameBefore(der, background);
    }

    function test_parse__cut_or_filled_up__no_matter_what_follows(
        uint256 length,
        uint16 outer,
        uint16 inner,
        bytes1 background
    ) public view {
        bytes memory der = signPck(goodPck());
        der = slice(der, 0, bound(length, 8, der.length));
        overwrite(der, 2, abi.encodePacked(uint16(der.length - 4)));
        if (outer & 1 == 0) overwrite(der, 6, abi.encodePacked(inner));
        _sameBefore(der, background);
    }

    function test_parse__any_bytes__no_matter_what_follows(bytes memory der, bytes1 background)
        public
        view
    {
        _sameBefore(der, background);
        der = bytes.concat(hex"30820000", der);
        overwrite(der, 2, abi.encodePacked(uint16(der.length - 4)));
        _sameBefore(der, background);
    }

    /// @dev The same bytes at the end, once inside and once outside of the certificate.
    function test_parse__one_byte_less__refused() public {
        bytes memory der = signPck(goodPck());
        bytes1 last = der[der.length - 1];
        der = slice(der, 0, der.length - 1);
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der, last);
        overwrite(der, 2, abi.encodePacked(uint16(der.length - 4)));
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der, last);
    }

    /* --- the SGX extension ----------------------------------------------------------------- */

    function test_parse__no_tail__taken() public view {
        PckDraft memory draft = goodPck();
        draft.sgxTail = "";
        this.parse(signPck(draft), 0);
    }

    function test_parse__pce_svn_of_three_bytes__refused() public {
        PckDraft memory draft = goodPck();
        draft.pceSvn = 0x10000;
        bytes memory der = signPck(draft);
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der, 0);
    }

    /// @dev Components have their places: with two of them changed over, both tell.
    function test_parse__components_in_another_order__refused() public {
        bytes memory der = signPck(goodPck());
        bytes memory second = hex"060b2a864886f84d010d010202";
        uint256 place;
        while (keccak256(slice(der, place, place + 13)) != keccak256(second)) ++place;
        der[place + 12] = 0x03;
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der, 0);
    }

    function _sameBefore(bytes memory der, bytes1 background) private view {
        (bool first, bytes memory one) = _try(der, 0);
        (bool second, bytes memory other) = _try(der, background);
        vm.assertTrue(first == second, "verdict");
        if (first) vm.assertEq(one, other, "values");
        else vm.assertLt(3, one.length, "a typed error");
    }

    function _try(bytes memory der, bytes1 background) private view returns (bool, bytes memory) {
        return address(this).staticcall(abi.encodeCall(this.parse, (der, background)));
    }
}
