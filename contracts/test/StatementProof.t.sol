// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStatementProof, Statement} from "../src/interfaces/IStatementProof.sol";
import {RegistryDouble} from "./harness/RegistryDouble.sol";
import {TestCase} from "./harness/TestCase.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Which EIP-712 statements are taken, and from how many signers.
contract StatementProofTest is TestCase {
    bytes private constant VALUES = hex"f4010000f404000086070000";
    RegistryDouble private registry;
    IStatementProof private single;
    IStatementProof private double;
    Statement private statement;
    uint256 private low;
    uint256 private high;

    /// @dev Each test starts from a statement that is taken: the control of every refusal.
    function setUp() public {
        vm.warp(1000);
        registry = new RegistryDouble();
        single = _deploy(address(registry), 1);
        double = _deploy(address(registry), 2);
        (low, high) = vm.addr(1) < vm.addr(2) ? (1, 2) : (2, 1);
        registry.hold(vm.addr(1), true);
        registry.hold(vm.addr(2), true);
        statement = Statement(bytes32(uint256(7)), sha256(VALUES), 0, sha256("in"), "v6.1.0", 2000);
        single.verifyStatement(statement, VALUES, _signed(single, low));
        double.verifyStatement(statement, VALUES, _signed(double, low, high));
    }

    function test_verifyStatement__any_field_changed__refused() public {
        bytes[] memory signatures = _signed(single, low);
        Statement memory original = statement;
        statement.programVKey = bytes32(uint256(8));
        _refuse(signatures);
        statement = original;
        statement.stdinHash = sha256("out");
        _refuse(signatures);
        statement = original;
        statement.circuitVersion = "v6.0.0";
        _refuse(signatures);
        statement = original;
        statement.expiresAt = 2001;
        _refuse(signatures);
        statement = original;
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__other_public_values__refused() public {
        bytes[] memory signatures = _signed(single, low);
        vm.expectPartialRevert(IStatementProof.PublicValuesMismatch.selector);
        single.verifyStatement(statement, "other", signatures);
    }

    function test_verifyStatement__exit_code_1__refused_though_signed() public {
        statement.exitCode = 1;
        bytes[] memory signatures = _signed(single, low);
        vm.expectRevert(abi.encodeWithSelector(IStatementProof.ExitCodeRefused.selector, 1));
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__expiry__is_the_first_second_refused() public {
        bytes[] memory signatures = _signed(single, low);
        vm.warp(1999);
        single.verifyStatement(statement, VALUES, signatures);
        vm.warp(2000);
        vm.expectPartialRevert(IStatementProof.StatementExpired.selector);
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__for_another_contract__refused() public {
        bytes[] memory signatures = _signed(_deploy(address(registry), 1), low);
        vm.expectPartialRevert(IStatementProof.SignerRefused.selector);
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__on_another_chain__refused() public {
        bytes[] memory signatures = _signed(single, low);
        vm.chainId(5);
        vm.expectPartialRevert(IStatementProof.SignerRefused.selector);
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__signer_not_valid__refused() public {
        bytes[] memory signatures = _signed(single, low);
        registry.hold(vm.addr(low), false);
        bytes4 error_ = IStatementProof.SignerRefused.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, vm.addr(low)));
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__high_s_twin__refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(low, single.digestOf(statement));
        bytes32 twin = bytes32(SECP256K1_ORDER - uint256(s));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = abi.encodePacked(r, twin, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, twin));
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_verifyStatement__too_few__refused() public {
        bytes[] memory signatures = _signed(double, low);
        vm.expectRevert(abi.encodeWithSelector(IStatementProof.SignaturesTooFew.selector, 2, 1));
        double.verifyStatement(statement, VALUES, signatures);
        vm.expectRevert(abi.encodeWithSelector(IStatementProof.SignaturesTooFew.selector, 1, 0));
        single.verifyStatement(statement, VALUES, new bytes[](0));
    }

    function test_verifyStatement__one_signer_twice_or_out_of_order__refused() public {
        bytes[] memory twice = _signed(double, low, low);
        vm.expectPartialRevert(IStatementProof.SignersNotAscending.selector);
        double.verifyStatement(statement, VALUES, twice);
        bytes[] memory turned = _signed(double, high, low);
        vm.expectPartialRevert(IStatementProof.SignersNotAscending.selector);
        double.verifyStatement(statement, VALUES, turned);
    }

    function test_verifyStatement__bad_signature_beyond_the_threshold__refused() public {
        bytes[] memory signatures = _signed(single, low, high);
        single.verifyStatement(statement, VALUES, signatures);
        registry.hold(vm.addr(high), false);
        vm.expectPartialRevert(IStatementProof.SignerRefused.selector);
        single.verifyStatement(statement, VALUES, signatures);
    }

    function test_constructor__no_threshold_or_no_registry__refused() public {
        vm.expectRevert(IStatementProof.ThresholdZero.selector);
        _deploy(address(registry), 0);
        vm.expectPartialRevert(IStatementProof.RegistryWithoutCode.selector);
        _deploy(address(0x77), 1);
    }

    function _refuse(bytes[] memory signatures) private {
        vm.expectPartialRevert(IStatementProof.SignerRefused.selector);
        this.verify(signatures);
    }

    function verify(bytes[] memory signatures) external view {
        single.verifyStatement(statement, VALUES, signatures);
    }

    function _deploy(address registry_, uint256 threshold) private returns (IStatementProof) {
        bytes memory arguments = abi.encode(registry_, threshold);
        return IStatementProof(vm.deployCode("StatementProof.sol:StatementProof", arguments));
    }

    function _signed(IStatementProof target, uint256 key)
        private
        view
        returns (bytes[] memory signatures)
    {
        signatures = new bytes[](1);
        signatures[0] = _sign(target, key);
    }

    function _signed(IStatementProof target, uint256 first, uint256 second)
        private
        view
        returns (bytes[] memory signatures)
    {
        signatures = new bytes[](2);
        (signatures[0], signatures[1]) = (_sign(target, first), _sign(target, second));
    }

    function _sign(IStatementProof target, uint256 key) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, target.digestOf(statement));
        return abi.encodePacked(r, s, v);
    }
}
