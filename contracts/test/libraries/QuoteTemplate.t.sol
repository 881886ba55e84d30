// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {QuoteTemplate} from "../../src/libraries/QuoteTemplate.sol";
import {SignedRegion} from "../../src/libraries/SignedRegion.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The contract that holds a quote's signed region.
contract QuoteTemplateTest is TestCase {
    uint256 private constant REGION = 48 + 584;
    uint256 private constant KEY = REGION + 64;
    bytes32 private constant PLATFORM = keccak256("platform");
    bytes32 private constant EVIDENCE = keccak256("evidence");

    bytes private quote = new bytes(KEY + 64);

    function creationOf(bytes calldata quote_) public pure returns (bytes memory) {
        return QuoteTemplate.creationOf(quote_, SignedRegion.read(quote_), KEY, PLATFORM, "fmspc!");
    }

    function store(bytes calldata quote_) external returns (address template) {
        bytes memory creation = creationOf(quote_);
        template = QuoteTemplate.addressOf(creation, EVIDENCE);
        QuoteTemplate.store(template, creation, EVIDENCE);
    }

    function setUp() public {
        (quote[0], quote[4]) = (0x04, 0x81);
    }

    function test_store__again__the_same_contract() public {
        address template = this.store(quote);
        bytes memory code = bytes.concat(hex"00", PLATFORM, "fmspc!", new bytes(REGION));
        (code[39], code[43]) = (0x04, 0x81);
        vm.assertEq(template.code, code, "code");
        vm.assertEq(this.store(quote), template, "again");
    }

    function test_addressOf__other_evidence_or_platform__other_address() public view {
        bytes memory creation = this.creationOf(quote);
        address template = QuoteTemplate.addressOf(creation, EVIDENCE);
        vm.assertTrue(QuoteTemplate.addressOf(creation, PLATFORM) != template, "evidence");
        flip(creation, 11);
        vm.assertTrue(QuoteTemplate.addressOf(creation, EVIDENCE) != template, "platform");
    }

    /// @dev A contract that has gone leaves its nonce behind, so none can be created in its place.
    function test_store__not_created__refused() public {
        address template = this.store(quote);
        vm.etch(template, "");
        vm.expectRevert(QuoteTemplate.TemplateNotStored.selector);
        this.store(quote);
    }
}
