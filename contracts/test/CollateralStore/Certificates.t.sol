// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../../src/interfaces/ICollateralErrors.sol";
import {ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {CollateralCase} from "./CollateralCase.sol";

contract CollateralStoreCertificatesTest is CollateralCase {
    uint256 private constant START = 1_526_860_800; // 2018-05-21

    function test_constructor__other_root_on_mainnet__refused() public {
        vm.chainId(1);
        bytes memory root = certificate("root");
        vm.expectPartialRevert(ICollateralErrors.RootNotIntel.selector);
        deployStore(root, 0);
    }

    function test_constructor__not_self_signed__refused() public {
        bytes memory der = certificate("pckCa");
        vm.expectRevert(ICollateralErrors.SignatureInvalid.selector);
        deployStore(der, 0);
    }

    function test_constructor__no_authority__refused() public {
        bytes memory der = certificate("tcbSigning");
        vm.expectRevert(ICollateralErrors.RootRefused.selector);
        deployStore(der, 0);
    }

    function test_constructor__no_precompile__refused() public {
        bytes memory root = certificate("root");
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(ICollateralErrors.P256PrecompileMissing.selector);
        deployStore(root, 0);
    }

    function test_constructor__good__pinned() public view {
        vm.assertEq(store.rootKeyId(), rootKeyId, "rootKeyId");
        vm.assertEq(store.evaluationDelaySeconds(), 0, "delay");
    }

    function test_uploadPckCa__both_names__taken() public {
        store.uploadPckCa(certificate("pckCa"));
        store.uploadPckCa(certificate("pckCaOfProcessor"));
        vm.assertEq(store.authorities().length, 2, "authorities");
    }

    function test_uploadPckCa__bent__refused() public {
        _refuseCa("pckCaForeign", ICollateralErrors.IssuerKeyMismatch.selector);
        _refuseCa("pckCaSignedByItself", ICollateralErrors.SignatureInvalid.selector);
        _refuseCa("pckCaOtherIssuer", ICollateralErrors.IssuerNameMismatch.selector);
        _refuseCa("pckCaOtherName", ICollateralErrors.CommonNameRefused.selector);
        _refuseCa("tcbSigning", ICollateralErrors.CommonNameRefused.selector);
        _refuseCa("pckCaNoAuthority", IDcapErrors.CertificateMalformed.selector);
        _refuseCa("pckCaNoUsage", IDcapErrors.CertificateMalformed.selector);
        _refuseCa("pckCaNoKeyId", ICollateralErrors.KeyIdentifierMissing.selector);
        _refuseCa("pckCaNoIssuerKeyId", ICollateralErrors.IssuerKeyMismatch.selector);
        _refuseCa("pckCaExpired", ICollateralErrors.CollateralExpired.selector);
        _refuseCa("pckCaNotYet", ICollateralErrors.CollateralNotYetValid.selector);
        store.uploadPckCa(certificate("pckCa"));
    }

    function test_uploadPckCa__again__not_newer() public {
        bytes memory der = certificate("pckCa");
        store.uploadPckCa(der);
        vm.expectRevert(
            abi.encodeWithSelector(ICollateralErrors.CollateralNotNewer.selector, START, START)
        );
        store.uploadPckCa(der);
    }

    function test_uploadPckCa__renewed__replaces_and_does_not_go_back() public {
        bytes memory der = certificate("pckCa");
        store.uploadPckCa(der);
        store.uploadPckCa(certificate("pckCaRenewed"));
        vm.assertEq(store.authorities().length, 1, "authorities");
        vm.expectPartialRevert(ICollateralErrors.CollateralNotNewer.selector);
        store.uploadPckCa(der);
    }

    function test_uploadPckCa__trailing_byte__refused() public {
        bytes memory der = bytes.concat(certificate("pckCa"), hex"00");
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        store.uploadPckCa(der);
    }

    function test_uploadTcbSigning__bent__refused() public {
        _refuseSigning("pckCa", ICollateralErrors.CommonNameRefused.selector);
        _refuseSigning("tcbSigningNoUsage", IDcapErrors.CertificateMalformed.selector);
        _refuseSigning("tcbSigningExpired", ICollateralErrors.CollateralExpired.selector);
        store.uploadTcbSigning(certificate("tcbSigning"));
        _refuseSigning("tcbSigning", ICollateralErrors.CollateralNotNewer.selector);
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        _refuseSigning("tcbSigning", ICollateralErrors.CollateralNotNewer.selector);
    }

    /// @dev Every byte of a certificate is signed, or its form: none may be changed.
    function test_uploadPckCa__any_byte_changed__refused(uint256 place, uint8 change) public {
        vm.assume(change != 0);
        bytes memory der = certificate("pckCa");
        place = bound(place, 0, der.length - 1);
        der[place] = bytes1(uint8(der[place]) ^ change);
        (bool taken,) = address(store).call(abi.encodeCall(ICollateralStore.uploadPckCa, (der)));
        vm.assertFalse(taken, "taken");
    }

    function test_uploadPckCa__any_bytes__refused(bytes calldata der) public {
        (bool taken,) = address(store).call(abi.encodeCall(ICollateralStore.uploadPckCa, (der)));
        vm.assertFalse(taken, "taken");
    }

    function _refuseCa(string memory name, bytes4 reason) private {
        bytes memory der = certificate(name);
        vm.expectPartialRevert(reason);
        store.uploadPckCa(der);
    }

    function _refuseSigning(string memory name, bytes4 reason) private {
        bytes memory der = certificate(name);
        vm.expectPartialRevert(reason);
        store.uploadTcbSigning(der);
    }
}
