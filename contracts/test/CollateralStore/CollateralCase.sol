// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice A store under the simulated root, and collateral of test/fixtures/collateral.json.
abstract contract CollateralCase is TestCase {
    string private constant FIXTURE = "contracts/test/fixtures/collateral.json";
    uint256 internal constant SGX = 0;
    uint256 internal constant TDX = 0x81;
    uint256 internal constant FMSPC = 0x53494d444556; // SIMDEV
    uint256 internal constant TDX_KEY = (TDX << 48) | FMSPC;

    string internal fixture;
    ICollateralStore internal store;
    uint256 internal now_;
    uint256 internal later;
    uint256 internal tcbSigningKey;
    uint256 internal rootKeyId;
    uint256 internal pckCaKeyId;

    function setUp() public virtual {
        fixture = vm.readFile(FIXTURE);
        now_ = number("timestamp");
        later = number("later");
        tcbSigningKey = number("tcbSigningKey");
        rootKeyId = number("rootKeyId");
        pckCaKeyId = number("pckCaKeyId");
        vm.chainId(31337);
        vm.warp(now_);
        store = deployStore(certificate("root"), 0);
    }

    function deployStore(bytes memory root, uint64 delay) internal returns (ICollateralStore) {
        bytes memory arguments = abi.encode(root, delay);
        return ICollateralStore(vm.deployCode("CollateralStore.sol:CollateralStore", arguments));
    }

    /// @notice All that a quote of the simulated TDX platform needs.
    function uploadAll() internal {
        uploadAuthority();
        store.uploadTcbSigning(certificate("tcbSigning"));
        uploadTcbInfo(text("tcbInfoTdx"));
        uploadQeIdentity(text("qeIdentityTdx"));
    }

    function uploadAuthority() internal {
        store.uploadPckCa(certificate("pckCa"));
        store.uploadRootCrl(crl("root"));
        store.uploadPckCrl(crl("pck"));
    }

    function uploadTcbInfo(bytes memory json) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        store.uploadTcbInfo(json, r, s);
    }

    function uploadQeIdentity(bytes memory json) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        store.uploadQeIdentity(json, r, s);
    }

    function uploadEvaluations(bytes memory json) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        store.uploadTcbEvaluationNumbers(json, r, s);
    }

    function refuseTcbInfo(bytes memory json, bytes memory reason) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectRevert(reason);
        store.uploadTcbInfo(json, r, s);
    }

    function refuseQeIdentity(bytes memory json, bytes memory reason) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectRevert(reason);
        store.uploadQeIdentity(json, r, s);
    }

    function refuseEvaluations(bytes memory json, bytes memory reason) internal {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectRevert(reason);
        store.uploadTcbEvaluationNumbers(json, r, s);
    }

    function number(string memory name) internal view returns (uint256) {
        return vm.parseJsonUint(fixture, string.concat(".", name));
    }

    function certificate(string memory name) internal view returns (bytes memory) {
        return vm.parseJsonBytes(fixture, string.concat(".certificates.", name));
    }

    function crl(string memory name) internal view returns (bytes memory) {
        return vm.parseJsonBytes(fixture, string.concat(".crls.", name));
    }

    function text(string memory name) internal view returns (bytes memory) {
        return bytes(vm.parseJsonString(fixture, string.concat(".json.", name, ".text")));
    }

    /// @notice What names a certificate or CRL: sha256 of its signed part, behind the whole's header.
    /// Here each header has four bytes, or three in lists that are short.
    function digestOf(bytes memory der) internal pure returns (bytes32) {
        uint256 start = der[1] == 0x82 ? 4 : 3;
        return sha256(slice(der, start, start + tbsLength(der)));
    }

    /// @notice How long the signed part of a certificate or CRL is, header and all.
    function tbsLength(bytes memory der) internal pure returns (uint256) {
        uint256 start = der[1] == 0x82 ? 4 : 3;
        if (der[start + 1] != 0x82) return 3 + uint8(der[start + 2]);
        return 4 + ((uint256(uint8(der[start + 2])) << 8) | uint8(der[start + 3]));
    }

    /// @notice What Python made of the JSON, with evaluation number and digest behind it.
    function blob(string memory name) internal view returns (bytes memory) {
        bytes memory kept = vm.parseJsonBytes(fixture, string.concat(".json.", name, ".blob"));
        return bytes.concat(kept, bytes2(uint16(17)), sha256(text(name)));
    }

    function codeAt(uint256 record) internal view returns (bytes memory) {
        // The pointer of a record.
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(record)).code;
    }

    function packed(uint256 from, uint256 until, uint256 epoch) internal pure returns (uint256) {
        return (from << 160) | (until << 200) | (epoch << 240);
    }

    /// @notice A copy in which the first occurrence of one text, which must be there, is another.
    function replace(bytes memory source, string memory old, string memory new_)
        internal
        pure
        returns (bytes memory)
    {
        uint256 place = find(source, bytes(old));
        return bytes.concat(
            slice(source, 0, place),
            bytes(new_),
            slice(source, place + bytes(old).length, source.length)
        );
    }

    function find(bytes memory source, bytes memory what) internal pure returns (uint256) {
        bytes32 wanted = keccak256(what);
        for (uint256 i = 0; i + what.length <= source.length; ++i) {
            if (source[i] != what[0]) continue;
            if (keccak256(slice(source, i, i + what.length)) == wanted) return i;
        }
        revert(string.concat("the text does not have ", string(what)));
    }
}
