// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../../src/interfaces/ICollateralErrors.sol";
import {Collateral, ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {X509} from "../../src/x509/X509.sol";
import {Asn1} from "../harness/Asn1.sol";
import {CollateralCase} from "./CollateralCase.sol";

contract CollateralStoreRevocationTest is CollateralCase {
    uint256 private constant DAY = 86_400;

    function test_uploadPckCrl__machine_revoked__for_ever() public {
        uploadAuthority();
        vm.assertFalse(store.isRevoked(pckCaKeyId, number("pckSerial")), "before");
        vm.warp(later);
        store.uploadPckCrl(crl("pckRevoked"));
        (, uint256 revokedAt,,) = store.load(pckCaKeyId, number("pckSerial"), TDX_KEY);
        vm.assertEq(revokedAt, later - DAY, "revokedAt");
        vm.assertTrue(store.isRevoked(pckCaKeyId, number("pckSerial")), "after");
        vm.assertFalse(store.isRevoked(rootKeyId, number("pckSerial")), "by another issuer");
    }

    function test_uploadPckCrl__later_list_without_the_machine__still_revoked() public {
        store.uploadPckCa(certificate("pckCa"));
        store.uploadPckCrl(crl("pck44"));
        uint256[] memory serials = _foreign();
        vm.assertTrue(store.isRevoked(pckCaKeyId, serials[43]), "last of the list");
        vm.assertFalse(store.isRevoked(pckCaKeyId, serials[44]), "not on the list");
        vm.warp(later);
        store.uploadPckCrl(crl("pckRevoked"));
        vm.assertTrue(store.isRevoked(pckCaKeyId, serials[43]), "not on the later list");
    }

    function test_uploadPckCrl__not_newer__refused() public {
        uploadAuthority();
        _refusePckCrl("pck", ICollateralErrors.CollateralNotNewer.selector);
        vm.warp(later);
        store.uploadPckCrl(crl("pck44Later"));
        _refusePckCrl("pck44", ICollateralErrors.CollateralNotNewer.selector);
    }

    function test_uploadPckCrl__of_others__refused() public {
        _refusePckCrl("pck", ICollateralErrors.AuthorityUnknown.selector);
        uploadAuthority();
        _refusePckCrl("pckForeign", ICollateralErrors.AuthorityUnknown.selector);
        vm.warp(later);
        _refusePckCrl("rootLater", ICollateralErrors.AuthorityUnknown.selector);
        bytes memory list = crl("pck44Later");
        vm.expectPartialRevert(ICollateralErrors.IssuerKeyMismatch.selector);
        store.uploadRootCrl(list);
        store.uploadPckCrl(list);
    }

    function test_uploadPckCrl__empty_list__taken() public {
        store.uploadPckCa(certificate("pckCa"));
        store.uploadPckCrl(crl("pckEmpty"));
        vm.assertTrue(store.held(Collateral.PckCrl, pckCaKeyId).usable, "usable");
    }

    function test_uploadRootCrl__outside_of_its_window__refused() public {
        bytes memory list = crl("rootShort");
        vm.warp(now_ - DAY - 1);
        vm.expectPartialRevert(ICollateralErrors.CollateralNotYetValid.selector);
        store.uploadRootCrl(list);
        vm.warp(now_ + DAY + 1);
        vm.expectPartialRevert(ICollateralErrors.CollateralExpired.selector);
        store.uploadRootCrl(list);
        vm.warp(now_ + DAY);
        store.uploadRootCrl(list);
    }

    /// @dev A later list with a number of our own, signed by the root again.
    function test_uploadRootCrl__lower_number__refused() public {
        uploadAuthority();
        vm.warp(later);
        bytes memory lower = _rootCrlNumbered(now_ - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICollateralErrors.CrlNumberLower.selector, now_, now_ - 1)
        );
        store.uploadRootCrl(lower);
        store.uploadRootCrl(_rootCrlNumbered(now_));
        vm.assertEq(store.held(Collateral.RootCrl, rootKeyId).number, now_, "the same number");
    }

    function test_uploadRevocations__nothing_new_of_the_root__records_as_before() public {
        uploadAll();
        uint256 record = store.caRecord(pckCaKeyId);
        vm.assertEq(store.uploadRevocations(crl("root"), 0, 1), 0, "revoked");
        vm.assertEq(store.caRecord(pckCaKeyId), record, "record");
        vm.assertEq(store.signingEpoch(), 0, "epoch");
    }

    function test_uploadRootCrl__ca_revoked__window_closed_for_ever() public {
        uploadAll();
        vm.warp(later);
        store.uploadRootCrl(crl("rootCaRevoked"));
        uint256 record = store.caRecord(pckCaKeyId);
        // A field of a record.
        // forge-lint: disable-next-line(unsafe-typecast)
        vm.assertEq(uint40(record >> 200), 0, "notAfter");
        // The pointer of a record.
        // forge-lint: disable-next-line(unsafe-typecast)
        vm.assertTrue(uint160(record) != 0, "pointer");
        vm.assertEq(store.signingEpoch(), 0, "epoch");
        vm.assertFalse(store.held(Collateral.PckCa, pckCaKeyId).usable, "usable");
        _refusePckCrl("pck44Later", ICollateralErrors.CertificateRevoked.selector);
        bytes memory der = certificate("pckCa");
        vm.expectPartialRevert(ICollateralErrors.CertificateRevoked.selector);
        store.uploadPckCa(der);
    }

    function test_uploadPckCa__other_certificate_of_a_revoked_ones_key__opens_again() public {
        uploadAll();
        vm.warp(later);
        store.uploadRootCrl(crl("rootCaRevoked"));
        store.uploadPckCa(certificate("pckCaRenewed"));
        vm.assertEq(uint40(store.caRecord(pckCaKeyId) >> 200), now_ + 30 * DAY, "notAfter");
    }

    function test_uploadRootCrl__signing_revoked__epoch_raised_and_records_dead() public {
        uploadAll();
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        vm.assertEq(store.signingEpoch(), 1, "epoch");
        vm.assertEq(store.caRecord(pckCaKeyId) >> 240, 1, "CA's epoch");
        vm.assertEq(store.tcbRecord(TDX_KEY) >> 240, 0, "TCB info's epoch");
        vm.assertEq(store.qeRecord(TDX) >> 240, 0, "QE identity's epoch");
        vm.assertFalse(store.held(Collateral.TcbInfo, TDX_KEY).usable, "TCB info");
        refuseTcbInfo(
            text("tcbInfoTdx"), abi.encodeWithSelector(ICollateralErrors.TcbSigningMissing.selector)
        );
        bytes memory der = certificate("tcbSigning");
        vm.expectPartialRevert(ICollateralErrors.CertificateRevoked.selector);
        store.uploadTcbSigning(der);
    }

    /// @dev What a stolen key signed counts no more, its issue dates neither; but an evaluation never
    /// falls, for nobody can tell which of its signatures were the thief's.
    function test_uploadTcbInfo__after_revocation__the_evaluation_stays() public {
        uploadAll();
        vm.warp(later);
        uploadTcbInfo(
            replace(replace(text("tcbInfoTdx"), "2025-12-31", "2026-01-02"), ":17", ":99")
        );
        refuseTcbInfo(
            replace(text("tcbInfoTdx"), "2025-12-31", "2026-01-03"),
            abi.encodeWithSelector(ICollateralErrors.EvaluationNumberLower.selector, 99, 17)
        );
        store.uploadRootCrl(crl("rootSigningRevoked"));
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        refuseTcbInfo(
            replace(text("tcbInfoTdx"), "2025-12-31", "2026-01-03"),
            abi.encodeWithSelector(ICollateralErrors.EvaluationNumberLower.selector, 99, 17)
        );
        uploadTcbInfo(replace(text("tcbInfoTdx"), ":17", ":99"));
        vm.assertEq(store.tcbRecord(TDX_KEY) >> 240, 1, "epoch");
        vm.assertTrue(store.held(Collateral.TcbInfo, TDX_KEY).usable, "usable");
    }

    /// @dev The list revokes a certificate that has been replaced already.
    function test_uploadRootCrl__earlier_signing_revoked__epoch_raised() public {
        uploadAll();
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        vm.assertEq(store.signingEpoch(), 1, "epoch");
        vm.assertTrue(store.held(Collateral.TcbSigning, 0).usable, "the new certificate");
        uploadTcbInfo(text("tcbInfoTdx"));
        vm.assertEq(store.tcbRecord(TDX_KEY) >> 240, 1, "TCB info's epoch");
    }

    function test_uploadRevocations__in_pieces__all_revoked_and_window_alone() public {
        uploadAuthority();
        vm.warp(later);
        uint256 record = store.caRecord(pckCaKeyId);
        bytes memory list = crl("pck46Later");
        vm.assertEq(store.uploadRevocations(list, 0, 20), 17, "first, of which three were");
        vm.assertEq(store.uploadRevocations(list, 40, 20), 6, "last");
        vm.assertEq(store.uploadRevocations(list, 20, 20), 20, "middle");
        vm.assertEq(store.uploadRevocations(list, 46, 20), 0, "none left");
        vm.assertEq(store.caRecord(pckCaKeyId), record, "record");
        uint256[] memory serials = _foreign();
        for (uint256 i = 0; i < serials.length; ++i) {
            vm.assertTrue(store.isRevoked(pckCaKeyId, serials[i]), "revoked");
        }
        store.uploadPckCrl(list);
        vm.assertTrue(store.caRecord(pckCaKeyId) != record, "record after the whole list");
    }

    function test_uploadRevocations__signing_certificate__epoch_raised() public {
        uploadAll();
        vm.warp(later);
        vm.assertEq(store.uploadRevocations(crl("rootSigningRevoked"), 0, 1), 1, "revoked");
        vm.assertEq(store.signingEpoch(), 1, "epoch");
        vm.assertEq(store.caRecord(pckCaKeyId) >> 240, 1, "CA's epoch");
    }

    function test_uploadRevocations__unknown_issuer__refused() public {
        bytes memory list = crl("pckForeign");
        vm.expectPartialRevert(ICollateralErrors.AuthorityUnknown.selector);
        store.uploadRevocations(list, 0, 1);
    }

    function test_uploadPckCrl__any_byte_changed__refused(uint256 place, uint8 change) public {
        vm.assume(change != 0);
        store.uploadPckCa(certificate("pckCa"));
        bytes memory list = crl("pck");
        place = bound(place, 0, list.length - 1);
        list[place] = bytes1(uint8(list[place]) ^ change);
        (bool taken,) = address(store).call(abi.encodeCall(ICollateralStore.uploadPckCrl, (list)));
        vm.assertFalse(taken, "taken");
    }

    function test_uploadRootCrl__any_bytes__refused(bytes calldata list) public {
        (bool taken,) = address(store).call(abi.encodeCall(ICollateralStore.uploadRootCrl, (list)));
        vm.assertFalse(taken, "taken");
    }

    /* --- a signature's twin ---------------------------------------------------------------- */

    /// @dev Whoever uploads a copy with the other s keeps the same thing under the same name.
    function test_uploads__twin_of_the_signature__same_digest() public {
        store.uploadPckCa(_twin(certificate("pckCa")));
        store.uploadTcbSigning(_twin(certificate("tcbSigning")));
        store.uploadRootCrl(_twin(crl("root")));
        store.uploadPckCrl(_twin(crl("pck")));
        _assertDigest(Collateral.PckCa, pckCaKeyId, certificate("pckCa"));
        _assertDigest(Collateral.TcbSigning, 0, certificate("tcbSigning"));
        _assertDigest(Collateral.RootCrl, rootKeyId, crl("root"));
        _assertDigest(Collateral.PckCrl, pckCaKeyId, crl("pck"));
    }

    /// @dev The same certificate or list with P-256's other signature of it.
    function _twin(bytes memory der) private view returns (bytes memory) {
        uint256 start = der[1] == 0x82 ? 4 : 3;
        (uint256 r, uint256 s) = this.signatureOf(der);
        bytes memory tbs = slice(der, start, start + tbsLength(der));
        bytes memory twin = Asn1.signed(tbs, bytes32(r), bytes32(P256_ORDER - s));
        vm.assertTrue(keccak256(twin) != keccak256(der), "another encoding");
        return twin;
    }

    function signatureOf(bytes calldata der) external pure returns (uint256 r, uint256 s) {
        uint256 origin = Memory.copy(der);
        uint256 start = der[1] == 0x82 ? 4 : 3;
        return X509.signature(origin + start + tbsLength(der), origin + der.length, origin);
    }

    function _assertDigest(Collateral kind, uint256 key, bytes memory der) private view {
        vm.assertEq(store.held(kind, key).digest, digestOf(der), "digest");
    }

    function _refusePckCrl(string memory name, bytes4 reason) private {
        bytes memory list = crl(name);
        vm.expectPartialRevert(reason);
        store.uploadPckCrl(list);
    }

    function _rootCrlNumbered(uint256 crlNumber) private view returns (bytes memory) {
        bytes memory list = crl("rootLater");
        bytes memory tbs = slice(list, 4, 4 + 3 + uint8(list[6])); // behind a header of 4 bytes
        // forge-lint: disable-next-line(unsafe-typecast)
        overwrite(tbs, find(tbs, hex"0603551d1404060204") + 9, abi.encodePacked(uint32(crlNumber)));
        (bytes32 r, bytes32 s) = vm.signP256(number("rootKey"), sha256(tbs));
        return Asn1.signed(tbs, r, s);
    }

    function _foreign() private view returns (uint256[] memory) {
        return vm.parseJsonUintArray(fixture, ".foreignSerials");
    }
}
