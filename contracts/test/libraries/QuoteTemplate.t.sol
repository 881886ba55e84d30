// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {QuoteTemplate} from "../../src/libraries/QuoteTemplate.sol";
import {SignedRegion} from "../../src/libraries/SignedRegion.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The contract that holds a quote's signed region.
contract QuoteTemplateTest is TestCase {
    uint256 private constant REGION = 48 + 584;
    uint256 private constant KEY = REGION + 64;
    uint256 private constant QE_REPORT = KEY + 64;

    bytes private quote = new bytes(QE_REPORT + 384 + 64);

    function store(bytes calldata quote_) external returns (address) {
        return QuoteTemplate.store(quote_, SignedRegion.read(quote_), KEY, QE_REPORT);
    }

    function locate(bytes calldata quote_) external view returns (address) {
        return QuoteTemplate.locate(quote_, SignedRegion.read(quote_), KEY, QE_REPORT);
    }

    function setUp() public {
        (quote[0], quote[4]) = (0x04, 0x81);
    }

    function test_store__again__the_same_contract() public {
        address template = this.store(quote);
        vm.assertEq(template, this.locate(quote), "place");
        vm.assertEq(template.code.length, REGION + 1, "length");
        vm.assertEq(this.store(quote), template, "again");
    }

    /// @dev A contract that has gone leaves its nonce behind, so none can be created in its place.
    function test_store__not_created__refused() public {
        address template = this.store(quote);
        vm.etch(template, "");
        vm.expectRevert(QuoteTemplate.TemplateNotStored.selector);
        this.store(quote);
    }
}
