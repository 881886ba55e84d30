// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice The form of quotes: versions, types and lengths. Each refusal stands beside a quote that
/// differs in nothing else and is taken.
contract DcapVerifierFormTest is SimulatedPlatform {
    uint256 private constant AUTHENTICATION_LENGTH = 632;
    uint256 private constant OUTER = 764;
    uint256 private constant INNER = 1252;
    uint256 private constant CHAIN = 1258;

    function setUp() public {
        setUpPlatform();
    }

    /// @dev Every refusal in this file is of a change to this quote.
    function test_verify__version_4__taken() public view {
        Draft memory good = goodDraft();
        setReportData(good, bytes32(uint256(1)), bytes32(uint256(2)));
        VerifiedQuote memory verified = verifier.verify(assemble(good));
        vm.assertEq(verified.measurement, measurementOf(good), "measurement");
        vm.assertEq(verified.reportDataHigh, bytes32(uint256(1)), "high half");
        vm.assertEq(verified.reportDataLow, bytes32(uint256(2)), "low half");
        vm.assertEq(verified.validUntil, 2_524_607_999, "end of 2049");
    }

    function test_verify__version_5_td_10__taken() public view {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 2);
        vm.assertEq(taken(draft).measurement, measurementOf(draft), "measurement");
    }

    function test_verify__version_5_td_15__taken() public view {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 3);
        vm.assertEq(taken(draft).measurement, measurementOf(draft), "measurement");
    }

    function test_verify__quotes_of_the_daemons_platform__taken() public view {
        string[3] memory forms = ["v4", "v5Td10", "v5Td15"];
        bytes memory reportData = vm.parseJsonBytes(fixture, ".reportData");
        bytes memory measurement = vm.parseJsonBytes(fixture, ".measurement");
        for (uint256 i = 0; i < forms.length; ++i) {
            bytes memory quote = vm.parseJsonBytes(fixture, string.concat(".quotes.", forms[i]));
            VerifiedQuote memory verified = verifier.verify(quote);
            bytes memory found = abi.encode(verified.reportDataHigh, verified.reportDataLow);
            vm.assertEq(found, reportData, forms[i]);
            vm.assertEq(abi.encode(verified.measurement), measurement, forms[i]);
        }
    }

    /* --- header ---------------------------------------------------------------------------- */

    function test_verify__version_6__refused() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x06;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, 6));
    }

    function test_verify__version_high_byte__refused() public {
        Draft memory draft = goodDraft();
        draft.header[1] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, 0x104));
    }

    function test_verify__version_3_of_td__refused() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x03;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, 3));
    }

    function test_verify__sgx_version_3__refused() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x03;
        draft.header[4] = 0x00;
        refused(draft, abi.encodeWithSelector(IDcapErrors.SgxQuoteRefused.selector, 3));
    }

    function test_verify__sgx_version_4__refused() public {
        Draft memory draft = goodDraft();
        draft.header[4] = 0x00;
        refused(draft, abi.encodeWithSelector(IDcapErrors.SgxQuoteRefused.selector, 4));
    }

    function test_verify__sgx_body_in_version_5__refused() public {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 1);
        refused(draft, abi.encodeWithSelector(IDcapErrors.SgxQuoteRefused.selector, 5));
    }

    function test_verify__other_tee_type__refused() public {
        Draft memory draft = goodDraft();
        draft.header[4] = 0x82;
        refused(draft, abi.encodeWithSelector(IDcapErrors.TeeTypeRefused.selector, 0x82));
    }

    function test_verify__tee_type_high_byte__refused() public {
        Draft memory draft = goodDraft();
        draft.header[7] = 0x01;
        refused(draft, abi.encodeWithSelector(IDcapErrors.TeeTypeRefused.selector, 0x01000081));
    }

    function test_verify__p384_attestation_key_type__refused() public {
        Draft memory draft = goodDraft();
        draft.header[2] = 0x03;
        refused(draft, abi.encodeWithSelector(IDcapErrors.AttestationKeyTypeRefused.selector, 3));
    }

    function test_verify__other_vendor__refused() public {
        Draft memory draft = goodDraft();
        draft.header[27] = 0x08;
        bytes16 vendor = 0x939a7233f79c4ca9940a0db3957f0608;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QeVendorRefused.selector, vendor));
    }

    /* --- body ------------------------------------------------------------------------------ */

    function test_verify__body_type_4__refused() public {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 4);
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 4, 584));
    }

    function test_verify__unknown_body_type_of_no_size__refused() public {
        Draft memory draft = goodDraft();
        draft.body = "";
        makeVersion5(draft, 4);
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 4, 0));
    }

    function test_verify__td_10_type_with_td_15_size__refused() public {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 3);
        draft.descriptor[0] = 0x02;
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 2, 648));
    }

    function test_verify__td_15_type_with_td_10_size__refused() public {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 2);
        draft.descriptor[0] = 0x03;
        refused(draft, abi.encodeWithSelector(IDcapErrors.BodyRefused.selector, 3, 584));
    }

    function test_verify__version_4_with_td_15_body__refused() public {
        Draft memory draft = goodDraft();
        draft.body = bytes.concat(draft.body, new bytes(64));
        // The length of the authentication data is read from the second half of the body.
        uint256 length = assemble(draft).length;
        refused(draft, abi.encodeWithSelector(IDcapErrors.QuoteLengthWrong.selector, 636, length));
    }

    /* --- certification data ---------------------------------------------------------------- */

    function test_verify__outer_type_5__refused() public {
        Draft memory draft = goodDraft();
        draft.outerType = 5;
        refused(draft, abi.encodeWithSelector(IDcapErrors.CertificationTypeRefused.selector, 6, 5));
    }

    function test_verify__inner_type_1__refused() public {
        Draft memory draft = goodDraft();
        draft.innerType = 1;
        refused(draft, abi.encodeWithSelector(IDcapErrors.CertificationTypeRefused.selector, 5, 1));
    }

    function test_verify__no_authentication_data__taken() public view {
        Draft memory draft = goodDraft();
        draft.authenticationData = "";
        taken(draft);
    }

    function test_verify__long_authentication_data__taken() public view {
        Draft memory draft = goodDraft();
        draft.authenticationData = new bytes(300);
        taken(draft);
    }

    function test_verify__outer_size_off_by_one__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        uint256 size = quote.length - OUTER - 6;
        overwrite(quote, OUTER + 2, littleEndian32(size - 1));
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.CertificationLengthWrong.selector, size, size - 1)
        );
        verifier.verify(quote);
    }

    function test_verify__inner_size_off_by_one__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        uint256 size = quote.length - CHAIN;
        overwrite(quote, INNER + 2, littleEndian32(size + 1));
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.CertificationLengthWrong.selector, size, size + 1)
        );
        verifier.verify(quote);
    }

    /* --- length ---------------------------------------------------------------------------- */

    function test_verify__trailing_byte__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        verifier.verify(quote);
        _refuseLength(bytes.concat(quote, hex"00"), quote.length);
    }

    function test_verify__zero_padding__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        _refuseLength(bytes.concat(quote, new bytes(3000)), quote.length);
    }

    function test_verify__missing_byte__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        _refuseLength(slice(quote, 0, quote.length - 1), quote.length);
    }

    function test_verify__empty__refused() public {
        _refuseLength("", 48);
    }

    function test_verify__header_alone__refused() public {
        Draft memory draft = goodDraft();
        _refuseLength(draft.header, 636);
    }

    function test_verify__version_5_header_alone__refused() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x05;
        _refuseLength(draft.header, 54);
    }

    /// @dev The length fields agree with each other, but the parts do not fit in.
    function test_verify__consistent_but_too_short__refused() public {
        Draft memory draft = goodDraft();
        bytes memory signed = bytes.concat(draft.header, draft.body);
        bytes memory quote = bytes.concat(signed, littleEndian32(100), new bytes(100));
        _refuseLength(quote, 1220);
    }

    function test_verify__authentication_data_beyond_the_end__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        overwrite(quote, 1218, hex"ffff");
        _refuseLength(quote, 1220 + 65535 + 6);
    }

    function test_verify__cut_anywhere__refused(uint256 length) public {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        length = bound(length, 0, quote.length - 1);
        bytes memory cut = slice(quote, 0, length);
        vm.expectPartialRevert(IDcapErrors.QuoteLengthWrong.selector);
        verifier.verify(cut);
    }

    /// @dev Cut, with the authentication data's length made to fit: the inner lengths do not.
    function test_verify__cut_with_length_mended__refused(uint256 length) public view {
        Draft memory draft = goodDraft();
        bytes memory quote = assemble(draft);
        length = bound(length, AUTHENTICATION_LENGTH + 4, quote.length - 1);
        bytes memory cut = slice(quote, 0, length);
        overwrite(cut, AUTHENTICATION_LENGTH, littleEndian32(length - AUTHENTICATION_LENGTH - 4));
        try verifier.verify(cut) {
            revert("taken");
        } catch (bytes memory reason) {
            bytes4 why = selectorOf(reason);
            bool isLength = why == IDcapErrors.QuoteLengthWrong.selector
                || why == IDcapErrors.CertificationLengthWrong.selector;
            vm.assertTrue(isLength, "refused for its lengths");
        }
    }

    /// @dev Every byte before the certificates is under some signature or check.
    function test_verify__any_byte_flipped__refused(uint256 offset, uint8 bit) public view {
        bytes memory quote = assemble(goodDraft());
        offset = bound(offset, 0, CHAIN - 1);
        quote[offset] = quote[offset] ^ bytes1(uint8(1) << (bit % 8));
        try verifier.verify(quote) {
            revert("taken");
        } catch (bytes memory reason) {
            vm.assertTrue(reason.length >= 4, "refused with a reason");
        }
    }

    function test_verify__random_bytes__refused(bytes memory quote) public view {
        try verifier.verify(quote) {
            revert("taken");
        } catch (bytes memory reason) {
            vm.assertTrue(reason.length >= 4, "refused with a reason");
        }
    }

    function _refuseLength(bytes memory quote, uint256 expected) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.QuoteLengthWrong.selector, expected, quote.length)
        );
        verifier.verify(quote);
    }
}
