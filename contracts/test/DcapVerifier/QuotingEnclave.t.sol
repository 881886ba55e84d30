// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice The quoting enclave's report, what it binds, and the signatures of quote and report.
contract DcapVerifierQuotingEnclaveTest is SimulatedPlatform {
    uint256 private constant QUOTE_SIGNATURE = 636;
    uint256 private constant QE_REPORT_SIGNATURE = 1154;
    uint256 private constant QE_FLAGS = 48;
    uint256 private constant QE_MR_SIGNER = 128;
    uint256 private constant QE_PRODUCT = 256;

    function setUp() public {
        setUpPlatform();
    }

    /* --- identity -------------------------------------------------------------------------- */

    function test_verify__debug_enclave__refused() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_FLAGS] = 0x13;
        bytes16 attributes = 0x1300000000000000e700000000000000;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeDebugRefused.selector, attributes));
    }

    function test_verify__genuine_enclave_flags__taken() public view {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_FLAGS] = 0x15;
        taken(draft);
    }

    function test_verify__other_enclave_signer__refused() public {
        Draft memory draft = goodDraft();
        flip(draft.qeReport, QE_MR_SIGNER + 31);
        bytes32 actual = qeMrSigner() ^ bytes32(uint256(1));
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.QeSignerRefused.selector, qeMrSigner(), actual)
        );
    }

    function test_verify__enclave_for_sgx__refused() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_PRODUCT] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeProductRefused.selector, 2, 1));
    }

    function test_verify__product_high_byte__refused() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_PRODUCT + 1] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeProductRefused.selector, 2, 0x102));
    }

    /* --- binding --------------------------------------------------------------------------- */

    /// @dev A key of the attacker's own, beside a true report of the quoting enclave.
    function test_verify__other_attestation_key__refused() public {
        Draft memory draft = goodDraft();
        assemble(draft); // binds the true key in the report
        (uint256 x, uint256 y) = vm.publicKeyP256(ATTESTATION_KEY + 1);
        bytes memory key = abi.encode(x, y);
        bytes32 expected = sha256(bytes.concat(key, draft.authenticationData));
        _refuseBinding(draft, key, expected);
    }

    function test_verify__other_authentication_data__refused() public {
        Draft memory draft = goodDraft();
        assemble(draft);
        flip(draft.authenticationData, 0);
        bytes32 expected = sha256(bytes.concat(attestationKey(), draft.authenticationData));
        _refuseBinding(draft, attestationKey(), expected);
    }

    function test_verify__report_data_tail__refused() public {
        Draft memory draft = goodDraft();
        draft.qeTail = bytes32(uint256(1));
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.QeReportDataTailNotZero.selector, draft.qeTail)
        );
    }

    /* --- signatures ------------------------------------------------------------------------ */

    function test_verify__quote_signed_by_other_key__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        bytes memory signed = slice(quote, 0, QUOTE_SIGNATURE - 4);
        overwrite(quote, QUOTE_SIGNATURE, signature(ATTESTATION_KEY, signed));
        verifier.verify(quote);
        overwrite(quote, QUOTE_SIGNATURE, signature(ATTESTATION_KEY + 1, signed));
        vm.expectRevert(IDcapErrors.QuoteSignatureInvalid.selector);
        verifier.verify(quote);
    }

    function test_verify__report_signed_by_other_key__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        overwrite(quote, QE_REPORT_SIGNATURE, signature(pckKey, draft.qeReport));
        verifier.verify(quote);
        overwrite(quote, QE_REPORT_SIGNATURE, signature(pckKey + 1, draft.qeReport));
        vm.expectRevert(IDcapErrors.QeReportSignatureInvalid.selector);
        verifier.verify(quote);
    }

    /// @dev A signature has a twin with s and order - s; genuine quotes have either.
    function test_verify__both_s_of_both_signatures__taken() public view {
        bytes memory quote = assemble(goodDraft());
        uint256[2] memory offsets = [QUOTE_SIGNATURE, QE_REPORT_SIGNATURE];
        for (uint256 i = 0; i < offsets.length; ++i) {
            uint256 s = uint256(bytes32(slice(quote, offsets[i] + 32, offsets[i] + 64)));
            overwrite(quote, offsets[i] + 32, abi.encode(P256_ORDER - s));
            verifier.verify(quote);
        }
    }

    function test_verify__r_or_s_out_of_range__refused() public {
        uint256[2] memory offsets = [QUOTE_SIGNATURE, QE_REPORT_SIGNATURE];
        uint256[3] memory values = [0, P256_ORDER, type(uint256).max];
        for (uint256 i = 0; i < offsets.length; ++i) {
            for (uint256 j = 0; j < values.length; ++j) {
                _refuseRange(offsets[i], 0, values[j]);
                _refuseRange(offsets[i], 32, values[j]);
            }
        }
    }

    /// @dev A key that is not on the curve signs nothing, though everything binds it.
    function test_verify__attestation_key_off_the_curve__refused() public {
        Draft memory draft = goodDraft();
        bytes memory key = abi.encode(uint256(1), uint256(1));
        bytes32 bound = sha256(bytes.concat(key, draft.authenticationData));
        overwrite(draft.qeReport, QE_REPORT_DATA, bytes.concat(bound));
        bytes memory quote = join(draft, key);
        vm.expectRevert(IDcapErrors.QuoteSignatureInvalid.selector);
        verifier.verify(quote);
    }

    function _refuseBinding(Draft memory draft, bytes memory key, bytes32 expected) private {
        bytes32 actual = bytes32(slice(draft.qeReport, QE_REPORT_DATA, QE_REPORT_DATA + 32));
        bytes memory quote = join(draft, key);
        if (keccak256(key) != keccak256(attestationKey())) {
            bytes memory signed = slice(quote, 0, QUOTE_SIGNATURE - 4);
            overwrite(quote, QUOTE_SIGNATURE, signature(ATTESTATION_KEY + 1, signed));
        }
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.QeReportDataMismatch.selector, expected, actual)
        );
        verifier.verify(quote);
    }

    function _refuseRange(uint256 offset, uint256 half, uint256 value) private {
        bytes memory quote = assemble(goodDraft());
        overwrite(quote, offset + half, abi.encode(value));
        bytes memory numbers = slice(quote, offset, offset + 64);
        vm.expectRevert(bytes.concat(IDcapErrors.SignatureOutOfRange.selector, numbers));
        verifier.verify(quote);
    }
}
