// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {AutomataOutput} from "../../src/libraries/AutomataOutput.sol";
import {Region, SignedRegion} from "../../src/libraries/SignedRegion.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice What Automata's verifier says of a quote: version, body type, status, FMSPC, body.
contract AutomataOutputTest is TestCase {
    uint256 private constant BODY = 48;

    function read(bytes memory output, bytes calldata quote)
        external
        pure
        returns (TcbStatus status, bytes6 fmspc)
    {
        return AutomataOutput.read(output, false, quote, SignedRegion.read(quote));
    }

    function test_read__td_or_enclave__status_and_fmspc() public view {
        _assertRead(hex"0004", hex"81", 584, hex"00040002");
        _assertRead(hex"0003", hex"00", 384, hex"00030001");
    }

    function test_read__other_body__refused() public {
        bytes memory quote = _quote(hex"0004", hex"81", 584);
        bytes memory body = new bytes(584);
        bytes memory output = bytes.concat(hex"0004000202", "FMSPC6", body);
        this.read(output, quote);
        flip(output, output.length - 1);
        bytes32 actual = keccak256(slice(output, 11, output.length));
        vm.expectRevert(
            abi.encodeWithSelector(
                AutomataOutput.AutomataBodyMismatch.selector, keccak256(body), actual
            )
        );
        this.read(output, quote);
    }

    function _assertRead(bytes2 version, bytes1 teeType, uint256 length, bytes4 kind) private view {
        bytes memory output = bytes.concat(kind, hex"02", "FMSPC6", new bytes(length));
        (TcbStatus status, bytes6 fmspc) = this.read(output, _quote(version, teeType, length));
        vm.assertEq(uint8(status), 2, "status");
        vm.assertEq(bytes32(fmspc), "FMSPC6", "FMSPC");
    }

    /// @dev A version is little-endian in a quote, and big-endian in an output.
    function _quote(bytes2 version, bytes1 teeType, uint256 length)
        private
        pure
        returns (bytes memory quote)
    {
        quote = new bytes(BODY + length);
        (quote[0], quote[4]) = (version[1], teeType);
    }
}
