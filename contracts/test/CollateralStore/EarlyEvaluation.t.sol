// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {CollateralCase} from "./CollateralCase.sol";

/// @notice Which TCB evaluations a store with a delay takes. 17 recovered from an event of
/// 2023-08-08, 18 from one of 2025-02-01; now is 2026-01-01.
contract CollateralStoreEarlyEvaluationTest is CollateralCase {
    uint64 private constant DELAY = 365 days;
    uint256 private constant EVENT_OF_18 = 1_738_368_000;

    function setUp() public override {
        super.setUp();
        store = deployStore(certificate("root"), DELAY);
        store.uploadTcbSigning(certificate("tcbSigning"));
    }

    function test_uploadTcbInfo__no_list__refused() public {
        bytes memory reason = abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX);
        refuseTcbInfo(text("tcbInfoTdx"), reason);
        refuseQeIdentity(text("qeIdentityTdx"), reason);
    }

    function test_uploadTcbInfo__list_of_the_other_tee__refused() public {
        uploadEvaluations(text("evaluationsSgx"));
        refuseTcbInfo(
            text("tcbInfoTdx"), abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX)
        );
        uploadTcbInfo(text("tcbInfoSgx"));
    }

    function test_uploads__old_enough__taken() public {
        uploadEvaluations(text("evaluationsTdx"));
        uploadTcbInfo(text("tcbInfoTdx"));
        uploadQeIdentity(text("qeIdentityTdx"));
    }

    function test_uploadTcbInfo__number_not_listed__refused() public {
        uploadEvaluations(text("evaluationsTdx"));
        bytes memory json = replace(text("tcbInfoTdx"), "Number\":17", "Number\":19");
        refuseTcbInfo(json, abi.encodeWithSelector(E.EvaluationNumberUnknown.selector, TDX, 19));
    }

    function test_uploadTcbInfo__early__refused_until_the_delay_is_over() public {
        uploadEvaluations(text("evaluationsTdx"));
        bytes memory json = replace(text("tcbInfoTdx"), "Number\":17", "Number\":18");
        json = replace(json, "2026-01-31", "2026-03-31");
        uint256 takenFrom = EVENT_OF_18 + DELAY;
        vm.warp(takenFrom - 1);
        refuseTcbInfo(json, abi.encodeWithSelector(E.EvaluationTooEarly.selector, 18, takenFrom));
        vm.warp(takenFrom);
        uploadTcbInfo(json);
    }

    function test_uploadTcbInfo__list_signed_by_a_revoked_key__refused() public {
        uploadEvaluations(text("evaluationsTdx"));
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        refuseTcbInfo(
            text("tcbInfoTdx"), abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX)
        );
    }
}
