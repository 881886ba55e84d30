// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {IDcapVerifier, TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {PemText} from "../harness/PemText.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The verifier on the true store, both under Intel's root as on mainnet, with genuine
/// quotes and what Intel published for them. ATTESTOR_VECTORS names the folder of both, and without
/// it these tests are skipped.
contract DcapVerifierStoreTest is TestCase {
    ICollateralStore private store;
    IDcapVerifier private verifier;
    string private collateral;

    function test_verify_raw__genuine_tdx_version_4__up_to_date() public {
        bytes memory quote = _load("tdx_v4", 1_750_330_571, 632);
        _uploadAll();
        Verdict memory verdict = verifier.verifyRaw(quote);
        vm.assertEq(uint256(verdict.status), uint256(TcbStatus.UpToDate), "status");
        vm.warp(verdict.validUntil);
        verifier.verifyRaw(quote);
        vm.warp(verdict.validUntil + 1);
        vm.expectPartialRevert(IDcapErrors.CollateralExpired.selector);
        verifier.verifyRaw(quote);
    }

    function test_verify_raw__genuine_sgx_version_3__needs_configuration_and_hardening() public {
        bytes memory quote = _load("sgx_v3", 1_750_331_571, 432);
        _uploadAll();
        vm.assertEq(
            uint256(verifier.verifyRaw(quote).status),
            uint256(TcbStatus.ConfigurationAndSWHardeningNeeded),
            "status"
        );
    }

    function test_verify_raw__genuine_tdx_version_5__below_every_level() public {
        bytes memory quote = _load("tdx_v5_outdated", 1_772_000_000, 702);
        _uploadAll();
        vm.expectPartialRevert(IDcapErrors.TcbLevelNotFound.selector);
        verifier.verifyRaw(quote);
    }

    /// @dev At the first and the last second at which all of its collateral is valid, and between.
    function test_verify_raw__genuine_at_every_date_of_its_collateral__same_verdict() public {
        _sameAtEveryDate("tdx_v4", 1_750_330_571, 632, TcbStatus.UpToDate);
        _sameAtEveryDate("sgx_v3", 1_750_331_571, 432, TcbStatus.ConfigurationAndSWHardeningNeeded);
    }

    /// @dev An empty store knows no CA, so it takes nothing.
    function test_verify_raw__empty_store__refused() public {
        bytes memory quote = _load("tdx_v4", 1_750_330_571, 632);
        bytes memory reason = abi.encodeWithSelector(
            IDcapErrors.CollateralUnknown.selector,
            Collateral.PckCa,
            uint256(853_123_179_021_634_726_015_520_521_646_204_621_109_966_134_868)
        );
        vm.expectRevert(reason);
        verifier.verifyRaw(quote);
    }

    function _sameAtEveryDate(string memory name, uint256 time, uint256 signed, TcbStatus expected)
        private
    {
        bytes memory quote = _load(name, time, signed);
        _uploadAll();
        uint256 key = (signed == 432 ? 0 : uint256(0x81) << 48) | _fmspc();
        uint256 first = _max(
            uint40(store.caRecord(store.authorities()[0]) >> 160),
            _max(uint40(store.tcbRecord(key) >> 160), uint40(store.qeRecord(key >> 48) >> 160))
        );
        uint256 last = verifier.verifyRaw(quote).validUntil;
        uint256[4] memory times = [first, time, (first + last) / 2, last];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            Verdict memory verdict = verifier.verifyRaw(quote);
            vm.assertEq(uint256(verdict.status), uint256(expected), "status");
            vm.assertEq(verdict.validUntil, last, "end");
        }
        vm.warp(first - 1);
        vm.expectPartialRevert(IDcapErrors.CollateralNotYetValid.selector);
        verifier.verifyRaw(quote);
    }

    function _fmspc() private view returns (uint256) {
        string memory info = vm.parseJsonString(collateral, ".tcb_info");
        return uint48(bytes6(vm.parseBytes(vm.parseJsonString(info, ".fmspc"))));
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    function _load(string memory name, uint256 time, uint256 signed)
        private
        returns (bytes memory quote)
    {
        string memory root = vm.envOr("ATTESTOR_VECTORS", string("../shared/vectors"));
        string memory folder = string.concat(root, "/dcap/", name);
        vm.skip(!vm.isFile(string.concat(folder, "/quote.bin")), "no genuine quotes here");
        collateral = vm.readFile(string.concat(folder, "/collateral.json"));
        vm.warp(time);
        vm.chainId(1);
        bytes memory arguments = abi.encode(_certificate(".pck_crl_issuer_chain", 1), uint64(0));
        store = ICollateralStore(vm.deployCode("CollateralStore.sol:CollateralStore", arguments));
        verifier = deployVerifier(address(store));
        quote = vm.readFileBinary(string.concat(folder, "/quote.bin"));
        uint256 length = uint8(quote[signed]) | (uint256(uint8(quote[signed + 1])) << 8);
        quote = slice(quote, 0, signed + 4 + length);
    }

    function _uploadAll() private {
        store.uploadPckCa(_certificate(".pck_crl_issuer_chain", 0));
        store.uploadTcbSigning(_certificate(".tcb_info_issuer_chain", 0));
        store.uploadRootCrl(_hex(".root_ca_crl"));
        store.uploadPckCrl(_hex(".pck_crl"));
        (bytes memory json, bytes32 r, bytes32 s) = _signed(".tcb_info");
        store.uploadTcbInfo(json, r, s);
        (json, r, s) = _signed(".qe_identity");
        store.uploadQeIdentity(json, r, s);
    }

    function _certificate(string memory key, uint256 index) private view returns (bytes memory) {
        return PemText.decode(bytes(vm.parseJsonString(collateral, key)), index);
    }

    function _hex(string memory key) private view returns (bytes memory) {
        return vm.parseBytes(vm.parseJsonString(collateral, key));
    }

    function _signed(string memory key) private view returns (bytes memory, bytes32, bytes32) {
        bytes memory signature = _hex(string.concat(key, "_signature"));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return (bytes(vm.parseJsonString(collateral, key)), r, s);
    }
}
