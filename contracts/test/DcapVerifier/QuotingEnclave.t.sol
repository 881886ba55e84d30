// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {QeIdentity} from "../harness/CollateralMaker.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice The quoting enclave's report: whose it is, what it binds, and the signatures of quote and
/// report.
contract DcapVerifierQuotingEnclaveTest is SimulatedPlatform {
    uint256 private constant SIGNATURE = 632;
    uint256 private constant QE_REPORT_SIGNATURE = 632 + 512;
    uint256 private constant QE_MISC_SELECT = 16;
    uint256 private constant QE_FLAGS = 48;
    uint256 private constant QE_SIGNER = 128;
    uint256 private constant QE_PRODUCT = 256;
    uint256 private constant QE_SVN = 258;

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

    /// @dev Debug is refused even if Intel's mask would leave the bit free.
    function test_verify__debug_enclave_with_lax_mask__refused() public {
        QeIdentity memory identity = goodIdentity(TDX);
        identity.attributes = 0;
        identity.mask = 0;
        keep(identity, TDX);
        test_verify__debug_enclave__refused();
    }

    function test_verify__flags_outside_of_the_mask__taken() public view {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_FLAGS] = 0x15;
        draft.qeReport[QE_FLAGS + 15] = 0xff;
        taken(draft);
    }

    function test_verify__other_attributes__refused() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_FLAGS + 7] = 0x80;
        refused(
            draft,
            abi.encodeWithSelector(
                IDcapErrors.QeAttributesRefused.selector,
                bytes16(0x11000000000000000000000000000000),
                bytes16(0x11000000000000800000000000000000)
            )
        );
    }

    function test_verify__misc_select__as_identity_and_mask_say() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_MISC_SELECT] = 0x01;
        bytes memory reason = abi.encodeWithSelector(
            IDcapErrors.QeMiscSelectRefused.selector, bytes4(0), bytes4(0x01000000)
        );
        refused(draft, reason);
        QeIdentity memory identity = goodIdentity(TDX);
        identity.miscSelectMask = 0xfeffffff;
        keep(identity, TDX);
        taken(draft);
        identity.miscSelect = 0x01000000;
        identity.miscSelectMask = 0xffffffff;
        keep(identity, TDX);
        taken(draft);
    }

    function test_verify__other_enclave_signer__refused() public {
        for (uint256 i = 0; i < 32; i += 31) {
            Draft memory draft = goodDraft();
            flip(draft.qeReport, QE_SIGNER + i);
            bytes32 actual = bytes32(slice(draft.qeReport, QE_SIGNER, QE_SIGNER + 32));
            refused(
                draft,
                abi.encodeWithSelector(IDcapErrors.QeSignerRefused.selector, QE_MR_SIGNER, actual)
            );
        }
    }

    function test_verify__enclave_for_the_other_tee__refused() public {
        Draft memory draft = goodDraft();
        draft.qeReport[QE_PRODUCT] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeProductRefused.selector, 2, 1));
        draft = draftOf(0);
        draft.qeReport[QE_PRODUCT] = 0x02;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeProductRefused.selector, 1, 2));
        draft.qeReport[QE_PRODUCT] = 0x01;
        draft.qeReport[QE_PRODUCT + 1] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeProductRefused.selector, 1, 0x101));
    }

    /// @dev Levels are 8 and 6; SVNs are little-endian.
    function test_verify__each_svn__has_its_level() public {
        Draft memory draft = goodDraft();
        uint16[4] memory svns = [uint16(8), 9, 0x100, 0xffff];
        for (uint256 i = 0; i < svns.length; ++i) {
            overwrite(draft.qeReport, QE_SVN, littleEndian16(svns[i]));
            vm.assertEq(uint256(taken(draft).status), uint256(TcbStatus.UpToDate), "new");
        }
        for (uint16 svn = 6; svn < 8; ++svn) {
            overwrite(draft.qeReport, QE_SVN, littleEndian16(svn));
            vm.assertEq(uint256(taken(draft).status), uint256(TcbStatus.OutOfDate), "old");
        }
        overwrite(draft.qeReport, QE_SVN, littleEndian16(5));
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeSvnRefused.selector, 5));
    }

    function test_verify__revoked_enclave__refused() public {
        QeIdentity memory identity = goodIdentity(TDX);
        identity.levels = hex"000806";
        keep(identity, TDX);
        refused(goodDraft(), abi.encodeWithSelector(IDcapErrors.TcbRevoked.selector));
    }

    function test_verify__enclave_of_a_platforms_status__refused() public {
        QeIdentity memory identity = goodIdentity(TDX);
        uint8[5] memory statuses = [1, 2, 3, 5, 255];
        for (uint256 i = 0; i < statuses.length; ++i) {
            identity.levels = abi.encodePacked(uint16(8), statuses[i]);
            keep(identity, TDX);
            refused(
                goodDraft(),
                abi.encodeWithSelector(IDcapErrors.TcbStatusUnknown.selector, statuses[i])
            );
        }
    }

    /* --- binding --------------------------------------------------------------------------- */

    /// @dev A key of the attacker's own, beside a true report of the quoting enclave.
    function test_verify__other_attestation_key__refused() public {
        Draft memory draft = goodDraft();
        bind(draft);
        (uint256 x, uint256 y) = vm.publicKeyP256(ATTESTATION_KEY + 1);
        bytes memory key = abi.encode(x, y);
        bytes32 expected = sha256(bytes.concat(key, draft.authenticationData));
        bytes32 actual = bytes32(slice(draft.qeReport, QE_REPORT_DATA, QE_REPORT_DATA + 32));
        bytes memory quote = joinCompact(draft, key);
        bytes memory signed = slice(quote, 0, SIGNATURE);
        overwrite(quote, SIGNATURE, signature(ATTESTATION_KEY + 1, signed));
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.QeReportDataMismatch.selector, expected, actual)
        );
        verifier.verify(quote);
    }

    function test_verify__other_authentication_data__refused() public {
        Draft memory draft = goodDraft();
        bind(draft);
        flip(draft.authenticationData, 31);
        bytes32 expected = sha256(bytes.concat(attestationKey(), draft.authenticationData));
        bytes32 actual = bytes32(slice(draft.qeReport, QE_REPORT_DATA, QE_REPORT_DATA + 32));
        bytes memory quote = joinCompact(draft, attestationKey());
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.QeReportDataMismatch.selector, expected, actual)
        );
        verifier.verify(quote);
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
        bytes memory quote = compact(goodDraft());
        bytes memory signed = slice(quote, 0, SIGNATURE);
        overwrite(quote, SIGNATURE, signature(ATTESTATION_KEY, signed));
        verifier.verify(quote);
        overwrite(quote, SIGNATURE, signature(ATTESTATION_KEY + 1, signed));
        vm.expectRevert(IDcapErrors.QuoteSignatureInvalid.selector);
        verifier.verify(quote);
    }

    function test_verify__report_signed_by_other_key__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = compact(draft);
        overwrite(quote, QE_REPORT_SIGNATURE, signature(PCK_KEY + 1, draft.qeReport));
        vm.expectRevert(IDcapErrors.QeReportSignatureInvalid.selector);
        verifier.verify(quote);
    }

    /// @dev A signature has a twin with s and order - s; genuine quotes have either.
    function test_verify__both_s_of_both_signatures__taken() public view {
        bytes memory quote = compact(goodDraft());
        uint256[2] memory offsets = [SIGNATURE, QE_REPORT_SIGNATURE];
        for (uint256 i = 0; i < offsets.length; ++i) {
            uint256 s = uint256(bytes32(slice(quote, offsets[i] + 32, offsets[i] + 64)));
            overwrite(quote, offsets[i] + 32, abi.encode(P256_ORDER - s));
            verifier.verify(quote);
        }
    }

    function test_verify__r_or_s_out_of_range__refused() public {
        uint256[2] memory offsets = [SIGNATURE, QE_REPORT_SIGNATURE];
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
        bytes memory quote = joinCompact(draft, key);
        vm.expectRevert(IDcapErrors.QuoteSignatureInvalid.selector);
        verifier.verify(quote);
    }

    function _refuseRange(uint256 offset, uint256 half, uint256 value) private {
        bytes memory quote = compact(goodDraft());
        overwrite(quote, offset + half, abi.encode(value));
        bytes memory numbers = slice(quote, offset, offset + 64);
        vm.expectRevert(bytes.concat(IDcapErrors.SignatureOutOfRange.selector, numbers));
        verifier.verify(quote);
    }
}
