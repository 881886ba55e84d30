// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {PemText} from "../harness/PemText.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Genuine collateral under Intel's root, as on mainnet. It is not part of the project:
/// ATTESTOR_VECTORS names the folder, and without it these tests are skipped. The blobs' hashes are
/// by scripts/collateral_fixtures.py from the same files.
contract CollateralStoreGenuineTest is TestCase {
    ICollateralStore private store;
    string private collateral;

    function test_uploads__genuine_tdx_v4__as_python_makes_them() public {
        _load("tdx_v4", 1_750_330_571);
        _uploadAll(0x81b0c06f000000, 0x81);
        _assertBlob(
            store.tcbRecord(0x81b0c06f000000),
            0x9f435fbcf4ea3874d9395afa926de27072bbef10d25763558d4a282cbcd1dc3c
        );
        _assertBlob(
            store.qeRecord(0x81), 0x522ef76149a5fc6b7d36681675efe16546068f49ca6f7b9b32bbb904252b193e
        );
    }

    function test_uploads__genuine_sgx_v3__as_python_makes_them() public {
        _load("sgx_v3", 1_750_331_571);
        _uploadAll(0x00a067110000, 0);
        _assertBlob(
            store.tcbRecord(0x00a067110000),
            0x81d8bf5f244cc452c1d2d48b0816184fa053384ec27d63af34de66292034252b
        );
        _assertBlob(
            store.qeRecord(0), 0xf5cbc14f1403b59d171aba5587e8e79fc90785adcba9297c8beda453a0ec0639
        );
    }

    function test_uploads__genuine_tdx_v5__as_python_makes_them() public {
        _load("tdx_v5_outdated", 1_772_000_000);
        _uploadAll(0x8190c06f000000, 0x81);
        _assertBlob(
            store.tcbRecord(0x8190c06f000000),
            0x65883043cd0189d8f7650bbaec4ea4447bf96e8823fb70bb79dd18e41317cd11
        );
        _assertBlob(
            store.qeRecord(0x81), 0x522ef76149a5fc6b7d36681675efe16546068f49ca6f7b9b32bbb904252b193e
        );
    }

    function _load(string memory name, uint256 time) private {
        string memory root = vm.envOr("ATTESTOR_VECTORS", "../shared/vectors");
        string memory path = string.concat(root, "/dcap/", name, "/collateral.json");
        vm.skip(!vm.isFile(path), string.concat("no genuine collateral at ", path));
        collateral = vm.readFile(path);
        vm.warp(time);
        vm.chainId(1);
        bytes memory arguments = abi.encode(_certificate(".pck_crl_issuer_chain", 1), uint64(0));
        store = ICollateralStore(vm.deployCode("CollateralStore.sol:CollateralStore", arguments));
    }

    function _uploadAll(uint256 tcbKey, uint256 teeType) private {
        store.uploadPckCa(_certificate(".pck_crl_issuer_chain", 0));
        store.uploadTcbSigning(_certificate(".tcb_info_issuer_chain", 0));
        store.uploadRootCrl(_hex(".root_ca_crl"));
        store.uploadPckCrl(_hex(".pck_crl"));
        (bytes memory json, bytes32 r, bytes32 s) = _signed(".tcb_info");
        store.uploadTcbInfo(json, r, s);
        vm.assertEq(
            store.held(Collateral.TcbInfo, tcbKey).digest, sha256(json), "TCB info's digest"
        );
        (json, r, s) = _signed(".qe_identity");
        store.uploadQeIdentity(json, r, s);
        vm.assertEq(store.held(Collateral.QeIdentity, teeType).digest, sha256(json), "QE's digest");
        uint256 keyId = store.authorities()[0];
        vm.assertTrue(uint40(store.caRecord(keyId) >> 200) > block.timestamp, "CA's end");
    }

    function _assertBlob(uint256 record, bytes32 hash) private view {
        // The pointer of a record.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes memory code = address(uint160(record)).code;
        vm.assertEq(keccak256(slice(code, 1, code.length - 34)), hash, "blob");
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
