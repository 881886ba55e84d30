// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Asn1} from "../harness/Asn1.sol";
import {PckDraft} from "../harness/PckMaker.sol";
import {PckCase} from "./PckCase.sol";

/// @notice A PCK certificate's extensions and what stands around them, refused at their places.
contract PckExtensionsTest is PckCase {
    bytes private constant FIRST = hex"301f0603551d23"; // the authority's key
    bytes private constant USAGE = hex"0603551d0f0101ff";
    bytes private constant CONSTRAINTS = hex"0603551d130101ff";
    bytes private constant UNKNOWN = hex"0603551d0e04020400";
    /// @dev Where the signed part's content starts: behind two headers of four bytes.
    uint256 private constant VERSION = 8;
    uint256 private constant TBS = 4;

    bytes private good;

    function setUp() public {
        good = signPck(goodPck());
    }

    /* --- extensions ------------------------------------------------------------------------ */

    function test_parse__extensions_of_another_length__refused() public {
        uint256 first = find(good, FIRST);
        refuseFlipped(good, first - 5, first - 4); // [3]
        refuseFlipped(good, first - 1, first); // the SEQUENCE in it
    }

    function test_parse__extensions_of_another_tag__refused() public {
        uint256 first = find(good, FIRST);
        refuseFlipped(good, first - 8, first - 8);
        refuseFlipped(good, first - 4, first - 4);
        refuseFlipped(good, first, first);
    }

    function test_parse__extension_twice__refused_at_the_second() public {
        PckDraft memory draft = goodPck();
        draft.more = draft.authorityKey;
        bytes memory der = signPck(draft);
        refuse(der, find(der, FIRST) + draft.authorityKey.length + 2);
    }

    /// @dev It is the last one, of a kind that is passed over.
    function test_parse__extension_longer_than_the_list__refused() public {
        PckDraft memory draft = goodPck();
        (draft.more, draft.hasSgx) = ("", false);
        draft.constraints = bytes.concat(draft.constraints, goodPck().more);
        bytes memory der = signPck(draft);
        vm.expectRevert(IDcapErrors.LeafNotPck.selector);
        this.parse(der);
        uint256 last = find(der, UNKNOWN);
        der[last - 1] = bytes1(uint8(UNKNOWN.length) + 1);
        refuse(der, last + UNKNOWN.length + 1);
    }

    function test_parse__authority_key_in_another_form__refused() public {
        uint256 content = find(good, FIRST) + 2;
        refuseFlipped(good, content + 10, content);
    }

    function test_parse__usage_in_another_form__refused() public {
        uint256 content = find(good, USAGE);
        refuseFlipped(good, content + 11, content);
    }

    function test_parse__usage_not_for_signatures__refused() public {
        bytes memory der = good;
        this.parse(der);
        der[find(der, USAGE) + 13] = 0x40;
        vm.expectRevert(IDcapErrors.LeafKeyUsageRefused.selector);
        this.parse(der);
    }

    function test_parse__constraints_of_an_authority__refused() public {
        bytes memory der = good;
        this.parse(der);
        flip(der, find(der, CONSTRAINTS) + 11);
        vm.expectRevert(IDcapErrors.LeafIsAuthority.selector);
        this.parse(der);
    }

    function test_parse__unknown_extension_critical__refused_at_its_place() public {
        this.parse(good);
        PckDraft memory draft = goodPck();
        draft.more = extension(hex"551d0e", hex"0400", true);
        bytes memory der = signPck(draft);
        uint256 place = find(der, hex"0603551d0e");
        vm.expectRevert(
            abi.encodeWithSelector(IDcapErrors.CriticalExtensionUnknown.selector, place)
        );
        this.parse(der);
    }

    function test_parse__extension_without_oid__refused_at_its_place() public {
        uint256 content = find(good, UNKNOWN);
        refuseFlipped(good, content, content);
    }

    function test_parse__extension_missing__refused_at_the_end() public {
        this.parse(good);
        PckDraft memory draft = goodPck();
        draft.usage = "";
        refuse(signPck(draft), TBS + tbsOf(draft).length);
        draft = goodPck();
        draft.constraints = "";
        refuse(signPck(draft), TBS + tbsOf(draft).length);
        draft = goodPck();
        draft.authorityKey = "";
        refuse(signPck(draft), TBS + tbsOf(draft).length);
    }

    /* --- what stands around them ----------------------------------------------------------- */

    function test_parse__other_version__refused() public {
        refuseFlipped(good, VERSION + 4, VERSION);
    }

    function test_parse__third_time_in_the_validity__refused() public {
        this.parse(good);
        PckDraft memory draft = goodPck();
        uint256 length = draft.validity.length;
        draft.validity = bytes.concat(draft.validity, utc("300101000000Z"));
        bytes memory der = signPck(draft);
        refuse(der, find(der, draft.validity) + length);
    }

    function test_parse__time_of_another_type__refused() public {
        uint256 time = find(good, goodPck().validity);
        refuseFlipped(good, time, time);
    }

    function test_parse__other_curve__refused_at_the_key() public {
        this.parse(good);
        bytes memory der = good;
        uint256 key = find(der, hex"3059301306072a8648ce3d0201");
        flip(der, key + 22);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateKeyRefused.selector, key));
        this.parse(der);
    }

    function test_parse__other_algorithm__refused_at_both_places() public {
        PckDraft memory draft = goodPck();
        uint256 inner = find(good, draft.algorithm);
        uint256 outer = TBS + tbsOf(draft).length;
        vm.assertEq(slice(good, outer, outer + 12), draft.algorithm, "outer algorithm");
        _refuseAlgorithm(inner);
        _refuseAlgorithm(outer);
    }

    function test_parse__signature_of_another_form__refused() public {
        uint256 signature = TBS + tbsOf(goodPck()).length + 12;
        refuseFlipped(good, signature, signature); // no BIT STRING
        refuseFlipped(good, signature + 1, signature + 2); // of another length
        refuseFlipped(good, signature + 2, signature + 2); // with an unused bit
        refuseFlipped(good, signature + 3, signature + 3); // no SEQUENCE
        refuseFlipped(good, signature + 4, signature + 5); // of another length
    }

    function test_parse__third_number_in_the_signature__refused() public {
        bytes memory tbs = tbsOf(goodPck());
        bytes memory pair = hex"020103020104";
        this.parse(_withSignature(tbs, pair));
        bytes memory der = _withSignature(tbs, bytes.concat(pair, hex"020105"));
        refuse(der, der.length - 3);
    }

    function _withSignature(bytes memory tbs, bytes memory numbers)
        private
        pure
        returns (bytes memory)
    {
        bytes memory signature = bytes.concat(hex"00", Asn1.sequence(numbers));
        return Asn1.sequence(
            bytes.concat(tbs, hex"300a06082a8648ce3d040302", Asn1.element(0x03, signature))
        );
    }

    function _refuseAlgorithm(uint256 place) private {
        this.parse(good);
        bytes memory der = good;
        flip(der, place + 11);
        bytes4 selector = IDcapErrors.CertificateAlgorithmRefused.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, place));
        this.parse(der);
    }
}
