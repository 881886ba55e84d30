// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {PemText} from "../harness/PemText.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice What only the raw form has: nested lengths and types, and the chain as PEM text.
contract DcapVerifierRawFormTest is SimulatedPlatform {
    uint256 private constant OUTER = 764;
    uint256 private constant INNER = 1252;
    uint256 private constant CHAIN = 1258;

    function setUp() public {
        setUpPlatform();
    }

    function test_verify_raw__outer_type_5__refused() public {
        Draft memory draft = goodDraft();
        draft.outerType = 5;
        _refuse(assemble(draft), _typeRefused(6, 5));
    }

    function test_verify_raw__inner_type_1__refused() public {
        Draft memory draft = goodDraft();
        draft.innerType = 1;
        _refuse(assemble(draft), _typeRefused(5, 1));
    }

    function test_verify_raw__nested_length_off_by_one__refused() public {
        uint256[2] memory offsets = [OUTER + 2, INNER + 2];
        for (uint256 i = 0; i < offsets.length; ++i) {
            bytes memory quote = assemble(goodDraft());
            uint256 rest = quote.length - offsets[i] - 4;
            overwrite(quote, offsets[i], littleEndian32(rest + 1));
            _refuse(
                quote,
                abi.encodeWithSelector(
                    IDcapErrors.CertificationLengthWrong.selector, rest, rest + 1
                )
            );
        }
    }

    function test_verify_raw__other_authentication_length__refused() public {
        uint256[3] memory lengths = [uint256(0), 31, 64];
        for (uint256 i = 0; i < lengths.length; ++i) {
            Draft memory draft = goodDraft();
            draft.authenticationData = new bytes(lengths[i]);
            _refuse(
                assemble(draft),
                abi.encodeWithSelector(
                    IDcapErrors.AuthenticationLengthRefused.selector, 32, lengths[i]
                )
            );
        }
    }

    /* --- the chain ------------------------------------------------------------------------- */

    /// @dev Who signed the certificate is the store's knowledge, so nothing more is asked for.
    function test_verify_raw__anything_behind_the_certificate__taken() public view {
        bytes[4] memory tails =
            [bytes(""), hex"00", "more text", PemText.encode(signPck(goodPck()))];
        for (uint256 i = 0; i < tails.length; ++i) {
            Draft memory draft = goodDraft();
            draft.chainTail = tails[i];
            verifier.verifyRaw(assemble(draft));
        }
    }

    function test_verify_raw__every_padding__taken() public view {
        for (uint256 i = 0; i < 70; ++i) {
            Draft memory draft = goodDraft();
            draft.pck.more = extension(hex"551d1f", new bytes(i), false);
            verifier.verifyRaw(assemble(draft));
        }
    }

    function test_verify_raw__empty_chain__refused() public {
        bytes memory quote = slice(assemble(goodDraft()), 0, CHAIN);
        overwrite(quote, 632, littleEndian32(CHAIN - 636));
        overwrite(quote, OUTER + 2, littleEndian32(CHAIN - OUTER - 6));
        overwrite(quote, INNER + 2, littleEndian32(0));
        _refuse(quote, _pemInvalid(CHAIN));
    }

    function test_verify_raw__another_label__refused() public {
        bytes memory quote = assemble(goodDraft());
        quote[CHAIN + 12] = "B";
        _refuse(quote, _pemInvalid(CHAIN));
    }

    function test_verify_raw__another_end__refused() public {
        bytes memory quote = assemble(goodDraft());
        quote[quote.length - 3] = "X";
        vm.expectPartialRevert(IDcapErrors.PemInvalid.selector);
        verifier.verifyRaw(quote);
    }

    function test_verify_raw__longer_line__refused() public {
        bytes memory quote = assemble(goodDraft());
        quote[CHAIN + 28 + 64] = "A";
        _refuse(quote, _pemInvalid(CHAIN + 28));
    }

    function test_verify_raw__not_der__refused() public {
        bytes memory quote = assemble(goodDraft());
        quote[CHAIN + 28] = "N";
        _refuse(quote, _pemInvalid(CHAIN + 28));
    }

    /// @dev Any other character at any place of the text is noticed: by PEM or by the signature.
    function test_verify_raw__any_other_character__refused(uint256 offset, bytes1 character)
        public
    {
        bytes memory quote = assemble(goodDraft());
        offset = bound(offset, CHAIN, quote.length - 2);
        vm.assume(quote[offset] != character);
        quote[offset] = character;
        vm.expectRevert();
        verifier.verifyRaw(quote);
    }

    function _pemInvalid(uint256 offset) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDcapErrors.PemInvalid.selector, offset);
    }

    function _typeRefused(uint16 expected, uint16 actual) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IDcapErrors.CertificationTypeRefused.selector, expected, actual);
    }

    function _refuse(bytes memory quote, bytes memory reason) private {
        vm.expectRevert(reason);
        verifier.verifyRaw(quote);
    }
}
