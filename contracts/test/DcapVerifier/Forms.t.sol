// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice Good quotes of every kind, in both forms, and the quotes of no known kind beside them.
contract DcapVerifierFormsTest is SimulatedPlatform {
    function setUp() public {
        setUpPlatform();
    }

    /// @dev Every refusal in the tests of the verifier is of a change to one of these.
    function test_verify__each_kind__taken() public view {
        for (uint256 kind = 0; kind < 6; ++kind) {
            Verdict memory verdict = taken(draftOf(kind));
            vm.assertEq(uint256(verdict.status), uint256(TcbStatus.UpToDate), "status");
            vm.assertEq(verdict.validUntil, QE_END, "earliest end");
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assertEq(bytes32(verdict.fmspc), bytes32("SIMDEV"), "FMSPC");
            vm.assertEq(verdict.platform, keccak256("SIMULATED PPID 1"), "platform");
        }
    }

    /* --- header ---------------------------------------------------------------------------- */

    function test_verify__unknown_version__refused() public {
        uint16[4] memory versions = [0, 2, 6, 0x104];
        for (uint256 i = 0; i < versions.length; ++i) {
            Draft memory draft = goodDraft();
            overwrite(draft.header, 0, littleEndian16(versions[i]));
            refused(
                draft, abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, versions[i])
            );
        }
    }

    function test_verify__tdx_in_version_3__refused() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x03;
        _refuseTee(draft, 3, 0x81);
    }

    function test_verify__other_tee_type__refused() public {
        Draft memory draft = goodDraft();
        draft.header[4] = 0x82;
        _refuseTee(draft, 4, 0x82);
        draft.header[4] = 0x81;
        draft.header[7] = 0x01;
        _refuseTee(draft, 4, 0x01000081);
    }

    function test_verify__body_type_of_the_other_tee__refused() public {
        Draft memory draft = draftOf(3);
        draft.header[4] = 0x81;
        _refuseTee(draft, 5, 0x81);
        draft = draftOf(4);
        draft.header[4] = 0x00;
        _refuseTee(draft, 5, 0);
    }

    function test_verify__p384_attestation_key_type__refused() public {
        Draft memory draft = goodDraft();
        draft.header[2] = 0x03;
        refused(draft, abi.encodeWithSelector(IDcapErrors.AttestationKeyTypeRefused.selector, 3));
    }

    function test_verify__other_vendor__refused() public {
        for (uint256 i = 12; i < 28; i += 15) {
            Draft memory draft = goodDraft();
            flip(draft.header, i);
            bytes16 vendor = bytes16(slice(draft.header, 12, 28));
            refused(draft, abi.encodeWithSelector(IDcapErrors.QeVendorRefused.selector, vendor));
        }
    }

    function test_verify__unknown_body_type__refused() public {
        uint16[3] memory types = [0, 4, 0x102];
        for (uint256 i = 0; i < types.length; ++i) {
            Draft memory draft = draftOf(4);
            overwrite(draft.descriptor, 0, littleEndian16(types[i]));
            refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, types[i], 584));
        }
    }

    function test_verify__body_size_of_another_type__refused() public {
        Draft memory draft = draftOf(4);
        draft.descriptor[0] = 0x03;
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 3, 584));
        draft.descriptor[0] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 1, 584));
    }

    /* --- lengths --------------------------------------------------------------------------- */

    function test_verify__compact_without_certificate__refused() public {
        bytes memory quote = slice(compact(goodDraft()), 0, 632 + 608);
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.QuoteLengthWrong.selector, 632 + 609, 632 + 608)
        );
        verifier.verify(quote);
    }

    function test_verify__compact_with_one_more_byte__refused() public {
        bytes memory quote = bytes.concat(compact(goodDraft()), hex"00");
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        verifier.verify(quote);
    }

    /// @dev Before the descriptor's end, and before the signed region's.
    function test_verify__cut_in_the_signed_region__refused() public {
        bytes memory quote = compact(goodDraft());
        verifier.verify(quote);
        uint256[2] memory needed = [uint256(54), 632];
        for (uint256 i = 0; i < needed.length; ++i) {
            bytes memory cut = slice(quote, 0, needed[i] - 1);
            vm.expectRevert(_lengthWrong(needed[i], needed[i] - 1));
            verifier.verify(cut);
            vm.expectRevert(_lengthWrong(needed[i], needed[i] - 1));
            verifier.verifyRaw(cut);
        }
    }

    function test_verify_raw__cut_before_the_chain__refused() public {
        bytes memory quote = assemble(goodDraft());
        verifier.verifyRaw(quote);
        vm.expectRevert(_lengthWrong(1258, 1257));
        verifier.verifyRaw(slice(quote, 0, 1257));
    }

    function test_verify__cut_anywhere__refused(uint256 kind, uint256 length) public {
        bytes memory quote = compact(draftOf(kind % 6));
        length = bound(length, 0, quote.length - 1);
        vm.expectRevert();
        verifier.verify(slice(quote, 0, length));
    }

    function test_verify_raw__cut_anywhere__refused(uint256 kind, uint256 length) public {
        bytes memory quote = assemble(draftOf(kind % 6));
        length = bound(length, 0, quote.length - 1);
        vm.expectPartialRevert(IDcapErrors.QuoteLengthWrong.selector);
        verifier.verifyRaw(slice(quote, 0, length));
    }

    function test_verify_raw__one_more_byte__refused() public {
        bytes memory quote = bytes.concat(assemble(goodDraft()), hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(
                IDcapErrors.QuoteLengthWrong.selector, quote.length - 1, quote.length
            )
        );
        verifier.verifyRaw(quote);
    }

    /* --- any byte -------------------------------------------------------------------------- */

    /// @dev Every byte of a compact quote counts, but for the half of a signature's twins: flipping
    /// one bit never gives the twin.
    function test_verify__any_bit_flipped__refused(uint256 kind, uint256 offset, uint8 bit) public {
        bytes memory quote = compact(draftOf(kind % 6));
        offset = bound(offset, 0, quote.length - 1);
        // forge-lint: disable-next-line(incorrect-shift)
        quote[offset] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        verifier.verify(quote);
    }

    function test_verify__random_bytes__refused(bytes memory quote) public {
        vm.expectRevert();
        verifier.verify(quote);
        vm.expectRevert();
        verifier.verifyRaw(quote);
    }

    function _lengthWrong(uint256 expected, uint256 actual) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDcapErrors.QuoteLengthWrong.selector, expected, actual);
    }

    function _refuseTee(Draft memory draft, uint16 version, uint32 teeType) private {
        refused(
            draft, abi.encodeWithSelector(IDcapErrors.TeeTypeRefused.selector, version, teeType)
        );
    }
}
