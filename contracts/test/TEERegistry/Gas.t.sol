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
    /// @dev Keys whose addresses share a bucket.
    uint256 private constant FIRST_KEY = 0x5003;
    uint256 private constant NEXT_IN_BUCKET = 0x50e8;

    function setUp() public override {
        super.setUp();
        double.spend(VERIFIER_GAS);
    }

    /// @dev The first of a machine: bucket, admission and platform are new slots.
    function test_admit__registers_only__gas() public {
        admit(FIRST_KEY, false);
        _assertGas("admit", 225_000);
        _end();
        admit(NEXT_IN_BUCKET, false);
        _assertGas("admit again", 185_000);
    }

    function test_admit__keeps_key__gas_once() public {
        admit(FIRST_KEY, true);
        _assertGas("admit and keep", 425_000);
        _end();
        admit(NEXT_IN_BUCKET, true);
        _assertGas("admit and keep again", 188_000);
    }

    function test_recheck__extends__gas() public {
        bytes memory quote = compactQuote(QuoteForge.draft(Form.TdV4), vm.addr(KEY), newestBlock());
        admit(KEY, true);
        vm.warp(START + 1000);
        registry.recheck(quote);
        _assertGas("recheck", 155_000);
    }

    function test_renew__gas() public {
        _assertRenewals(QuoteForge.draft(Form.TdV4));
    }

    function test_renew__td15__gas() public {
        _assertRenewals(QuoteForge.draft(Form.Td15V5));
    }

    /// @dev Where somebody else was first: the overflow is a new slot, and the bucket is marked.
    function test_renew__bucket_taken__gas() public {
        admit(KEY, true);
        renew(QuoteForge.draft(Form.TdV4), admissionOf(KEY), address(0x10c01));
        renew(QuoteForge.draft(Form.TdV4), admissionOf(KEY), address(0x20c01));
        _assertGas("renew in the overflow", 75_000);
    }

    /// @dev In a bucket that nobody has used, and then in one whose signer has ended.
    function _assertRenewals(QuoteDraft memory draft) private {
        admit(draft, KEY, true);
        renew(draft, admissionOf(KEY), address(0x10c01));
        _assertGas("renew in a new bucket", 67_000);
        _end();
        renew(draft, admissionOf(KEY), address(0x20c01));
        _assertGas("renew", 50_000);
    }

    function _end() private {
        vm.warp(block.timestamp + 7200);
        rollTo(block.number + 600);
    }

    function test_register__upstreams__gas() public {
        registerNow(address(0x10c01));
        _assertGas("register first", 280_000);
        _end();
        registerNow(address(0x20c01));
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
