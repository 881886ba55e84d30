// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {IDcapVerifier, TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {GenuineCollateral} from "../harness/GenuineCollateral.sol";

/// @notice Quotes of genuine Intel machines with their own collateral. They are not part of the
/// project: ATTESTOR_VECTORS names the folder, and without it these tests are skipped. Statuses are
/// those that dcap-qvl finds.
contract DcapVerifierGenuineTest is GenuineCollateral {
    uint256 private constant TDX_V4_TIME = 1_750_330_571;
    uint256 private constant SGX_V3_TIME = 1_750_331_571;
    uint256 private constant TDX_V5_TIME = 1_772_000_000;

    IDcapVerifier private verifier;

    function setUp() public {
        setUpGenuine();
        verifier = deployVerifier(address(store));
    }

    function test_verify__genuine_tdx_version_4__up_to_date() public {
        bytes memory quote = _quote("tdx_v4", TDX_V4_TIME);
        Verdict memory verdict = verifier.verifyRaw(quote);
        vm.assertEq(uint256(verdict.status), uint256(TcbStatus.UpToDate), "status");
        vm.assertEq(bytes32(verdict.fmspc), bytes32(bytes6(0xb0c06f000000)), "FMSPC");
        vm.assertEq(verdict.validUntil, TDX_V4_TIME + 1 days, "end of the collateral");
        vm.assertEq(
            abi.encode(verifier.verify(compacted(quote, 632, 770))), abi.encode(verdict), "compact"
        );
    }

    function test_verify__genuine_sgx_version_3__needs_configuration_and_hardening() public {
        bytes memory quote = _quote("sgx_v3", SGX_V3_TIME);
        Verdict memory verdict = verifier.verifyRaw(quote);
        vm.assertEq(
            uint256(verdict.status), uint256(TcbStatus.ConfigurationAndSWHardeningNeeded), "status"
        );
        vm.assertEq(bytes32(verdict.fmspc), bytes32(bytes6(0x00a067110000)), "FMSPC");
        vm.assertEq(
            abi.encode(verifier.verify(compacted(quote, 432, 564))), abi.encode(verdict), "compact"
        );
    }

    function test_verify__genuine_tdx_version_5__below_every_level() public {
        bytes memory quote = _quote("tdx_v5_outdated", TDX_V5_TIME);
        vm.expectPartialRevert(IDcapErrors.TcbLevelNotFound.selector);
        verifier.verifyRaw(quote);
        quote = compacted(quote, 702, 840);
        vm.expectPartialRevert(IDcapErrors.TcbLevelNotFound.selector);
        verifier.verify(quote);
    }

    /// @dev Platforms pad; what is not the quote is not taken.
    function test_verify__genuine_with_padding__refused() public {
        bytes memory quote = bytes.concat(_quote("tdx_v4", TDX_V4_TIME), hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(
                IDcapErrors.QuoteLengthWrong.selector, quote.length - 1, quote.length
            )
        );
        verifier.verifyRaw(quote);
    }

    function _quote(string memory name, uint256 time) private returns (bytes memory) {
        vm.warp(time);
        return genuine(name, time - 1 days, time + 1 days);
    }
}
