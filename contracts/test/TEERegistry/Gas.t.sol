// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice What transactions cost, each in a transaction of its own, with a double that spends
/// what a verifier would. All but the double is as on a chain: cold slots, calldata, its floor.
/// forge-config: default.isolate = true
contract TEERegistryGasTest is RegistryCase {
    /// @dev What the verification of a compact quote costs inside of our verifier, about.
    uint256 private constant VERIFIER_GAS = 61_000;

    function setUp() public override {
        super.setUp();
        double.spend(VERIFIER_GAS);
    }

    function test_admit__registers_only__gas() public {
        admit(KEY, false);
        _assertGas("admit", 185_000);
    }

    function test_admit__keeps_key__gas_once() public {
        admit(KEY, true);
        _assertGas("admit and keep", 370_000);
        vm.warp(START + 86_000);
        admit(NEXT_KEY, true);
        _assertGas("admit and keep again", 190_000);
    }

    function test_recheck__extends__gas() public {
        bytes memory quote = compactQuote(QuoteForge.draft(Form.TdV4), vm.addr(KEY), newestBlock());
        admit(KEY, true);
        vm.warp(START + 1000);
        registry.recheck(quote);
        _assertGas("recheck", 150_000);
    }

    function test_renew__gas() public {
        admit(KEY, true);
        renew(QuoteForge.draft(Form.TdV4), admissionOf(KEY), address(0xe1));
        _assertGas("renew", 66_000);
    }

    function test_renew__td15__gas() public {
        QuoteDraft memory draft = QuoteForge.draft(Form.Td15V5);
        admit(draft, KEY, true);
        renew(draft, admissionOf(KEY), address(0xe1));
        _assertGas("renew TD 1.5", 66_000);
    }

    function test_register__upstreams__gas() public {
        registerNow(address(0xe1));
        _assertGas("register", 245_000);
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
