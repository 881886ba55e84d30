// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice What transactions cost with `forge test --isolate`, without the verifier's work. Without
/// isolation slots are warm, so the limits are checked only when storage is seen to be cold.
/// forge-config: default.isolate = true
contract TEERegistryGasTest is RegistryCase {
    /// @dev The verifier takes some 60,000 of a whole admission's 185,000.
    function test_admit__registers_only__gas() public {
        admit(KEY, false);
        _assertGas("admit", 135_000);
    }

    function test_admit__keeps_key__gas_once() public {
        admit(KEY, true);
        _assertGas("admit and keep", 320_000);
        vm.warp(START + 86_000);
        admit(NEXT_KEY, true);
        _assertGas("admit and keep again", 142_000);
    }

    function test_renew__gas() public {
        admit(KEY, true);
        renew(QuoteForge.draft(Form.TdV4), admissionOf(measurement), address(0xe1));
        _assertGas("renew", 66_000);
    }

    function test_renew__td15__gas() public {
        QuoteDraft memory draft = QuoteForge.draft(Form.Td15V5);
        admit(draft, KEY, true);
        renew(draft, admissionOf(measurement), address(0xe1));
        _assertGas("renew TD 1.5", 66_000);
    }

    function test_register__upstreams__gas() public {
        registerNow(address(0xe1));
        _assertGas("register", 205_000);
    }

    /// @dev Of a call from a contract: without the 21,000 of a transaction and its calldata.
    function test_verifyAttestedProver__cold__gas() public {
        admit(KEY, true);
        address signer = vm.addr(KEY);
        vm.cool(address(registry));
        uint256 before = gasleft();
        bool isValid = registry.verifyAttestedProver(signer);
        uint256 used = before - gasleft();
        vm.assertTrue(isValid, "valid");
        emit log_named_uint("verifyAttestedProver", used);
        vm.assertLt(used, 12_001, "verifyAttestedProver");
    }

    event log_named_uint(string key, uint256 value);

    function _assertGas(string memory what, uint256 limit) private {
        uint256 used = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, used);
        vm.assertLt(used, limit + 1, what);
    }
}
