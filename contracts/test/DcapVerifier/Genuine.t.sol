// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {IDcapVerifier, VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {IntelIdentity} from "../../src/libraries/IntelIdentity.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Quotes of genuine Intel machines under Intel's root, as on mainnet. They are not part of
/// the project: ATTESTOR_VECTORS names the folder, and without it these tests are skipped.
contract DcapVerifierGenuineTest is TestCase {
    uint256 private constant INTEL_X =
        0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5;
    uint256 private constant INTEL_Y =
        0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394;

    IDcapVerifier private verifier;
    string private vectors;

    function setUp() public {
        vm.chainId(1);
        verifier = deployVerifier(INTEL_X, INTEL_Y, IntelIdentity.QE_MR_SIGNER);
        vectors = vm.envOr("ATTESTOR_VECTORS", "../shared/vectors");
    }

    function test_verify__genuine_version_4__taken() public {
        bytes memory quote = _load("tdx_v4", 632);
        vm.warp(1_750_330_571);
        VerifiedQuote memory verified = verifier.verify(quote);
        vm.assertEq(verified.measurement, keccak256(slice(quote, 168, 568)), "measurement");
        vm.assertEq(abi.encode(verified.reportDataHigh), slice(quote, 568, 600), "high half");
        vm.assertEq(abi.encode(verified.reportDataLow), slice(quote, 600, 632), "low half");
        vm.assertEq(verified.validUntil, 1_959_722_751, "end of the PCK certificate");
    }

    /// @dev Its TCB is outdated, which this version does not look at; all signatures are good.
    function test_verify__genuine_version_5_td_15__taken() public {
        bytes memory quote = _load("tdx_v5_outdated", 702);
        vm.warp(1_772_000_000);
        bytes32 measurement = verifier.verify(quote).measurement;
        vm.assertEq(measurement, keccak256(slice(quote, 174, 574)), "measurement");
    }

    function test_verify__genuine_sgx__refused() public {
        bytes memory quote = _load("sgx_v3", 432);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.SgxQuoteRefused.selector, 3));
        verifier.verify(quote);
    }

    function test_verify__one_byte_of_each_signed_part_flipped__refused() public {
        bytes memory quote = _load("tdx_v4", 632);
        vm.warp(1_750_330_571);
        verifier.verify(quote);
        _refuse(quote, 30, IDcapErrors.QuoteSignatureInvalid.selector); // header
        _refuse(quote, 400, IDcapErrors.QuoteSignatureInvalid.selector); // body
        _refuse(quote, 640, IDcapErrors.QuoteSignatureInvalid.selector); // quote signature
        _refuse(quote, 720, IDcapErrors.QuoteSignatureInvalid.selector); // attestation key
        _refuse(quote, 770, IDcapErrors.QeReportSignatureInvalid.selector); // QE report
        _refuse(quote, 1160, IDcapErrors.QeReportSignatureInvalid.selector); // its signature
        _refuse(quote, 1230, IDcapErrors.QeReportDataMismatch.selector); // authentication data
    }

    function test_verify__genuine_with_padding__refused() public {
        bytes memory quote = _load("tdx_v4", 632);
        vm.warp(1_750_330_571);
        bytes memory padded = bytes.concat(quote, new bytes(70));
        vm.expectRevert(
            abi.encodeWithSelector(
                IDcapErrors.QuoteLengthWrong.selector, quote.length, padded.length
            )
        );
        verifier.verify(padded);
    }

    function test_verify__genuine_under_another_root__refused() public {
        bytes memory quote = _load("tdx_v4", 632);
        vm.warp(1_750_330_571);
        vm.chainId(31337);
        IDcapVerifier other = deployVerifier(1, 2, IntelIdentity.QE_MR_SIGNER);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.RootMismatch.selector, INTEL_X, INTEL_Y));
        other.verify(quote);
    }

    function test_verify__genuine_after_the_end_of_its_certificate__refused() public {
        bytes memory quote = _load("tdx_v4", 632);
        vm.warp(1_959_722_751);
        verifier.verify(quote);
        vm.warp(1_959_722_752);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDcapErrors.CertificateExpired.selector, 0, 1_959_722_751, 1_959_722_752
            )
        );
        verifier.verify(quote);
    }

    /// @dev The quote without its padding; its authentication data's length is at `lengthOffset`.
    function _load(string memory name, uint256 lengthOffset) private returns (bytes memory quote) {
        string memory path = string.concat(vectors, "/dcap/", name, "/quote.bin");
        vm.skip(!vm.isFile(path), string.concat("no genuine quote at ", path));
        quote = vm.readFileBinary(path);
        uint256 length = uint8(quote[lengthOffset]) + 256 * uint256(uint8(quote[lengthOffset + 1]));
        return slice(quote, 0, lengthOffset + 4 + length);
    }

    function _refuse(bytes memory quote, uint256 offset, bytes4 selector) private {
        bytes memory bent = bytes.concat(quote);
        flip(bent, offset);
        vm.expectPartialRevert(selector);
        verifier.verify(bent);
    }
}
