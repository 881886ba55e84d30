// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {Collateral, Held} from "../../src/interfaces/ICollateralStore.sol";
import {Asn1} from "../harness/Asn1.sol";
import {CollateralCase} from "./CollateralCase.sol";

/// @notice Several TCB signing certificates at a time, as when Intel goes over to the next one.
contract CollateralStoreSignersTest is CollateralCase {
    uint256 private constant DAY = 86_400;
    uint256 private constant NEXT_KEY = 0x7ea7;
    string private constant ISSUED = "180521000000Z";
    string private constant ENDS = "491231235959Z";
    /// @dev When `_next` ends: 2026-01-11 00:00:00.
    string private constant NEXT_ENDS = "260111000000Z";
    uint256 private constant NEXT_END = 1_768_089_600;

    bytes private first;
    bytes private next;
    uint256 private serial;
    uint256 private nextSerial;

    function setUp() public override {
        super.setUp();
        first = certificate("tcbSigning");
        next = _certificateOf(NEXT_KEY, 1, "250601000000Z", NEXT_ENDS);
        serial = number("tcbSigningSerial");
        nextSerial = serial ^ 1;
        uploadAuthority();
    }

    /// @dev Somebody uploads the next certificate as soon as Intel has issued it.
    function test_uploadTcbInfo__next_certificate_is_here__the_one_before_still_signs() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(next);
        uploadTcbInfo(text("tcbInfoTdx"));
        _assertBothSign();
    }

    function test_uploadTcbSigning__in_the_other_order__both_sign() public {
        store.uploadTcbSigning(next);
        store.uploadTcbSigning(first);
        vm.assertEq(store.held(Collateral.TcbSigning, 0).number, nextSerial, "issued last");
        uploadTcbInfo(text("tcbInfoTdx"));
        _assertBothSign();
    }

    function test_uploadTcbSigning__one_that_stands__not_newer() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(next);
        vm.expectPartialRevert(E.CollateralNotNewer.selector);
        store.uploadTcbSigning(first);
        vm.expectPartialRevert(E.CollateralNotNewer.selector);
        store.uploadTcbSigning(next);
    }

    function test_held__by_serial_number__each_that_stands() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(next);
        Held memory piece = store.held(Collateral.TcbSigning, serial);
        vm.assertEq(piece.digest, digestOf(first), "first");
        piece = store.held(Collateral.TcbSigning, nextSerial);
        vm.assertEq(piece.digest, digestOf(next), "next");
        vm.assertEq(uint256(piece.notAfter), NEXT_END, "notAfter");
        vm.assertEq(store.held(Collateral.TcbSigning, 12_345).digest, 0, "unknown");
    }

    /// @dev What it signed ends with it, and it signs no more.
    function test_uploadTcbInfo__signer_ends__by_the_other_alone() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(next);
        _uploadBy(NEXT_KEY, text("tcbInfoTdx"));
        vm.assertEq(store.held(Collateral.TcbInfo, TDX_KEY).notAfter, NEXT_END, "of the next");
        vm.warp(NEXT_END + 1);
        bytes memory json = _issuedOn("2026-01-10");
        (bytes32 r, bytes32 s) = vm.signP256(NEXT_KEY, sha256(json));
        vm.expectRevert(abi.encodeWithSelector(E.SignerExpired.selector, NEXT_END, block.timestamp));
        store.uploadTcbInfo(json, r, s);
        uploadTcbInfo(json);
        vm.assertTrue(store.held(Collateral.TcbInfo, TDX_KEY).notAfter > NEXT_END, "of the first");
    }

    /// @dev Of one key under two certificates, the one that ends later counts as long as it stands.
    function test_uploadTcbInfo__one_key_in_two_certificates__until_the_last_ends() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(_certificateOf(tcbSigningKey, 1, "250601000000Z", NEXT_ENDS));
        vm.warp(NEXT_END + 1);
        uploadTcbInfo(_issuedOn("2026-01-10"));
    }

    function test_uploadTcbInfo__signed_by_neither__refused() public {
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(next);
        bytes memory json = text("tcbInfoTdx");
        (bytes32 r, bytes32 s) = vm.signP256(0xbad, sha256(json));
        vm.expectRevert(E.SignatureInvalid.selector);
        store.uploadTcbInfo(json, r, s);
    }

    /// @dev One of several is revoked: the others sign on, in a new epoch; and its turn comes too.
    function test_uploadRootCrl__one_of_three_revoked__the_others_sign() public {
        bytes memory third = _certificateOf(0x7ea8, 2, "250701000000Z", ENDS);
        store.uploadTcbSigning(next);
        store.uploadTcbSigning(first);
        store.uploadTcbSigning(third);
        uploadTcbInfo(text("tcbInfoTdx"));
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        vm.assertEq(store.signingEpoch(), 1, "epoch");
        vm.assertFalse(store.held(Collateral.TcbInfo, TDX_KEY).usable, "what was signed");
        vm.assertEq(store.held(Collateral.TcbSigning, serial).digest, 0, "revoked");
        refuseTcbInfo(text("tcbInfoTdx"), abi.encodeWithSelector(E.SignatureInvalid.selector));
        _uploadBy(NEXT_KEY, text("tcbInfoTdx"));
        vm.assertTrue(store.held(Collateral.TcbInfo, TDX_KEY).usable, "signed by the next");
        vm.warp(later + DAY);
        _uploadBy(0x7ea8, _issuedOn("2026-01-03"));
        vm.expectPartialRevert(E.CertificateRevoked.selector);
        store.uploadTcbSigning(first);
    }

    function _assertBothSign() private {
        vm.warp(block.timestamp + 3 * DAY);
        _uploadBy(NEXT_KEY, _issuedOn("2026-01-02"));
        vm.warp(block.timestamp + DAY);
        uploadTcbInfo(_issuedOn("2026-01-03"));
        vm.assertEq(store.signingEpoch(), 0, "epoch");
    }

    function _issuedOn(string memory day) private view returns (bytes memory) {
        return replace(text("tcbInfoTdx"), "2025-12-31", day);
    }

    function _uploadBy(uint256 key, bytes memory json) private {
        (bytes32 r, bytes32 s) = vm.signP256(key, sha256(json));
        store.uploadTcbInfo(json, r, s);
    }

    /// @dev The fixture's, for another key, with another serial number and window, signed by the root.
    function _certificateOf(
        uint256 key,
        uint256 serialChange,
        string memory issued,
        string memory ends
    ) private view returns (bytes memory) {
        bytes memory tbs = slice(first, 4, 4 + tbsLength(first));
        (uint256 x, uint256 y) = vm.publicKeyP256(tcbSigningKey);
        (uint256 otherX, uint256 otherY) = vm.publicKeyP256(key);
        overwrite(tbs, find(tbs, abi.encode(x, y)), abi.encode(otherX, otherY));
        uint256 lastOfSerial = find(tbs, hex"0214") + 21;
        // Both are of one byte.
        // forge-lint: disable-next-line(unsafe-typecast)
        tbs[lastOfSerial] = bytes1(uint8(uint256(uint8(tbs[lastOfSerial])) ^ serialChange));
        overwrite(tbs, find(tbs, bytes(ISSUED)), bytes(issued));
        overwrite(tbs, find(tbs, bytes(ENDS)), bytes(ends));
        (bytes32 r, bytes32 s) = vm.signP256(number("rootKey"), sha256(tbs));
        return Asn1.signed(tbs, r, s);
    }
}
