// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral} from "../../src/interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {EvidenceRefusals} from "../../src/libraries/EvidenceRefusals.sol";
import {RefusalTable} from "../harness/RefusalTable.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Which errors of the verifier end an admission.
contract EvidenceRefusalsTest is TestCase {
    function test_isOne__each_error__as_the_table_says() public pure {
        bytes4[] memory evicting = RefusalTable.evicting();
        for (uint256 i = 0; i < evicting.length; ++i) {
            vm.assertTrue(EvidenceRefusals.isOne(bytes.concat(evicting[i])), "evicts");
        }
        bytes4[] memory others = RefusalTable.others();
        for (uint256 i = 0; i < others.length; ++i) {
            vm.assertFalse(EvidenceRefusals.isOne(bytes.concat(others[i])), "evicts not");
        }
    }

    /// @dev A new error of the verifier has to be put into one of the two groups.
    function test_table__counts__every_error_of_the_verifier() public view {
        bytes memory source = bytes(vm.readFile("contracts/src/interfaces/IDcapErrors.sol"));
        bytes memory word = "\n    error ";
        uint256 count;
        for (uint256 i = 0; i + word.length <= source.length; ++i) {
            uint256 same;
            while (same < word.length && source[i + same] == word[same]) ++same;
            if (same == word.length) ++count;
        }
        uint256 listed = RefusalTable.evicting().length + RefusalTable.others().length + 1;
        vm.assertEq(count, listed, "errors");
    }

    /// @dev Of a TCB info signer there can be a next; a PCK CA that is revoked is it for good.
    function test_isOne__collateral_revoked__of_a_pck_ca_alone() public pure {
        for (uint256 kind = 0; kind <= uint256(type(Collateral).max); ++kind) {
            bytes memory reason =
                abi.encodeWithSelector(IDcapErrors.CollateralRevoked.selector, kind, uint256(7));
            bool isPckCa = kind == uint256(Collateral.PckCa);
            vm.assertTrue(EvidenceRefusals.isOne(reason) == isPckCa, "evicts");
            vm.assertFalse(EvidenceRefusals.isOne(slice(reason, 0, 35)), "cut");
        }
    }

    function test_isOne__cut_or_unknown__is_none(bytes4 selector, uint256 length) public pure {
        bytes memory reason = bytes.concat(RefusalTable.evicting()[0]);
        vm.assertFalse(EvidenceRefusals.isOne(slice(reason, 0, bound(length, 0, 3))), "cut");
        bytes4[] memory evicting = RefusalTable.evicting();
        for (uint256 i = 0; i < evicting.length; ++i) {
            vm.assume(selector != evicting[i]);
        }
        vm.assertFalse(EvidenceRefusals.isOne(bytes.concat(selector)), "unknown");
    }
}
