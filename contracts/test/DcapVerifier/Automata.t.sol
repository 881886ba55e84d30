// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {IDcapVerifier, TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {TcbInfo} from "../harness/CollateralMaker.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice Automata's entry: its layout for good quotes, and never success for others.
contract DcapVerifierAutomataTest is SimulatedPlatform {
    function setUp() public {
        setUpPlatform();
    }

    receive() external payable {}

    function test_attest__each_kind__in_automatas_layout() public {
        uint16[6] memory versions = [uint16(3), 4, 4, 5, 5, 5];
        uint16[6] memory types = [uint16(1), 1, 2, 1, 2, 3];
        for (uint256 kind = 0; kind < 6; ++kind) {
            Draft memory draft = draftOf(kind);
            setReportData(draft, "high", "low");
            (bool success, bytes memory output) = verifier.verifyAndAttestOnChain(assemble(draft));
            vm.assertTrue(success, "success");
            bytes memory head = abi.encodePacked(versions[kind], types[kind], hex"00", "SIMDEV");
            bytes memory expected = bytes.concat(head, draft.body);
            vm.assertEq(output, expected, "output");
            uint256 reportData = draft.body.length == 384 ? 331 : 531;
            vm.assertEq(
                slice(output, reportData, reportData + 64),
                // forge-lint: disable-next-line(unsafe-typecast)
                abi.encode(bytes32("high"), bytes32("low")),
                "report data"
            );
        }
    }

    function test_attest__out_of_date__success_with_its_status() public {
        Draft memory draft = goodDraft();
        draft.pck.pceSvn = 12;
        (bool success, bytes memory output) = verifier.verifyAndAttestOnChain(assemble(draft));
        vm.assertTrue(success, "success");
        vm.assertEq(uint8(output[4]), uint8(TcbStatus.OutOfDate), "status");
    }

    /// @dev Automata says success for SGX here.
    function test_attest__revoked__no_success() public {
        TcbInfo memory info = goodTcbInfo(0);
        info.levels[0].status = 6;
        keep(info, 0);
        _isRefused(assemble(draftOf(0)), abi.encodeWithSelector(IDcapErrors.TcbRevoked.selector));
    }

    function test_attest__bad_quote__its_reason() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x06;
        _isRefused(
            assemble(draft), abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, 6)
        );
        _isRefused("", abi.encodeWithSelector(IDcapErrors.QuoteLengthWrong.selector, 54, 0));
    }

    /// @dev No revert without a reason for any bytes at all.
    function test_attest__any_change__no_success_and_a_reason(uint256 offset, bytes1 value) public {
        bytes memory quote = assemble(goodDraft());
        offset = bound(offset, 0, quote.length - 2);
        vm.assume(quote[offset] != value);
        quote[offset] = value;
        (bool success, bytes memory output) = verifier.verifyAndAttestOnChain(quote);
        vm.assertFalse(success, "success");
        vm.assertLt(output.length, 150, "a reason, not a body");
    }

    function test_attest__random_bytes__no_success(bytes memory quote) public {
        (bool success,) = verifier.verifyAndAttestOnChain(quote);
        vm.assertFalse(success, "success");
    }

    /// @dev With too little gas nothing is said, neither good nor bad.
    function test_attest__any_gas__never_a_wrong_answer(uint256 gas) public {
        gas = bound(gas, 5000, 300_000);
        bytes memory quote = assemble(goodDraft());
        try verifier.verifyAndAttestOnChain{gas: gas}(quote) returns (bool success, bytes memory) {
            vm.assertTrue(success, "a good quote");
        } catch (bytes memory reason) {
            bytes4 selector = selectorOf(reason);
            vm.assertTrue(
                selector == 0 || selector == IDcapVerifier.VerificationOutOfGas.selector, "reason"
            );
        }
    }

    /// @dev The verifier itself takes no plain value.
    function test_attest__value_that_the_origin_refuses__refused() public {
        bytes memory quote = assemble(goodDraft());
        address origin = address(verifier);
        vm.deal(address(this), 5);
        vm.prank(address(this), origin);
        vm.expectRevert(abi.encodeWithSelector(IDcapVerifier.RefundFailed.selector, origin, 5));
        verifier.verifyAndAttestOnChain{value: 5}(quote);
        vm.prank(address(this), origin);
        (bool success,) = verifier.verifyAndAttestOnChain(quote);
        vm.assertTrue(success, "without value");
    }

    function test_attest__value__goes_back_to_the_origin() public {
        bytes memory quote = assemble(goodDraft());
        uint256 before = tx.origin.balance;
        verifier.verifyAndAttestOnChain{value: 5}(quote);
        vm.assertEq(address(verifier).balance, 0, "nothing kept");
        vm.assertEq(tx.origin.balance, before + 5, "refund");
        verifier.verifyAndAttestOnChain{value: 5}("");
        vm.assertEq(address(verifier).balance, 0, "nothing kept of a bad quote");
    }

    function _isRefused(bytes memory quote, bytes memory reason) private {
        (bool success, bytes memory output) = verifier.verifyAndAttestOnChain(quote);
        vm.assertFalse(success, "success");
        vm.assertEq(output, reason, "reason");
    }
}
