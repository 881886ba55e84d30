// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CollateralCase} from "./CollateralCase.sol";

/// @notice What uploads cost, all in: run with `--isolate`, each call is a transaction of its own;
/// without it the figures lack calldata and cold reads, and are lower.
contract CollateralStoreGasTest is CollateralCase {
    function test_uploads__cost__within_limits() public {
        store.uploadPckCa(certificate("pckCa"));
        _cost("PCK CA", 300_000);
        store.uploadTcbSigning(certificate("tcbSigning"));
        _cost("TCB signing", 300_000);
        store.uploadRootCrl(crl("root"));
        _cost("root CRL", 160_000);
        store.uploadPckCrl(crl("pck44"));
        _cost("CRL of 44, first", 1_600_000);
        vm.warp(later);
        store.uploadPckCrl(crl("pck44Later"));
        _cost("CRL of 44, refresh", 300_000);
        uploadTcbInfo(text("tcbInfoTdx"));
        _cost("TCB info TDX of 2 levels", 600_000);
        uploadQeIdentity(text("qeIdentityTdx"));
        _cost("QE identity", 220_000);
        store.load(pckCaKeyId, 1, TDX_KEY);
        _cost("load", 45_000);
    }

    function _cost(string memory what, uint256 limit) private view {
        vm.assertLt(vm.lastCallGas().gasTotalUsed, limit, what);
    }
}
