// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {PckCase} from "../dcap/PckCase.sol";
import {PckDraft} from "../harness/PckMaker.sol";

/// @notice The extensions of a machine's certificate, refused at their places.
contract LeafExtensionsTest is PckCase {
    bytes private constant FIRST = hex"301f0603551d23"; // the authority's key
    bytes private constant USAGE = hex"0603551d0f0101ff";
    bytes private constant CONSTRAINTS = hex"0603551d130101ff";
    bytes private constant UNKNOWN = hex"0603551d1f04020500";
    /// @dev Where the signed part starts: behind a header of four bytes.
    uint256 private constant TBS = 4;

    bytes private good;

    function setUp() public {
        good = signPck(goodPck());
    }

    function test_parse__extensions_of_another_length__refused() public {
        uint256 first = find(good, FIRST);
        refuseFlipped(good, first - 5, first - 8); // [3]
        refuseFlipped(good, first - 1, first - 4); // the SEQUENCE in it
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
        refuse(der, last + 5);
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
        this.parse(good);
        PckDraft memory draft = goodPck();
        draft.constraints = extension(hex"551d13", hex"30030101ff", true);
        bytes memory der = signPck(draft);
        vm.expectRevert(IDcapErrors.LeafIsAuthority.selector);
        this.parse(der);
    }

    function test_parse__constraints_in_another_form__refused() public {
        uint256 content = find(good, CONSTRAINTS);
        refuseFlipped(good, content + 11, content);
    }

    function test_parse__unknown_extension_critical__refused_at_its_place() public {
        this.parse(good);
        PckDraft memory draft = goodPck();
        draft.more = extension(hex"551d1f", hex"0500", true);
        bytes memory der = signPck(draft);
        uint256 place = find(der, hex"0603551d1f");
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
}
