// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PckDraft} from "../harness/PckMaker.sol";
import {PckCase} from "./PckCase.sol";

/// @notice Intel's extension with single bytes bent. In the simulated one the OID is followed by an
/// OCTET STRING of a SEQUENCE, both with lengths of two bytes, and so is the TCB's.
contract SgxExtensionTest is PckCase {
    bytes private constant OID = hex"06092a864886f84d010d01";
    bytes private constant PCE_SVN = hex"060b2a864886f84d010d010211";
    bytes private constant CPU_SVN = hex"301f060b2a864886f84d010d0102120410";
    bytes private constant PCE_ID = hex"3010060a2a864886f84d010d01030402";
    bytes private constant FMSPC = hex"3014060a2a864886f84d010d01040406";

    // From the OID on.
    uint256 private constant OCTETS = 11;
    uint256 private constant LIST = OCTETS + 4;
    uint256 private constant PPID = LIST + 4;
    uint256 private constant TCB = PPID + 32;
    uint256 private constant TCB_OID = TCB + 4;
    uint256 private constant TCB_LIST = TCB_OID + 12;
    uint256 private constant FIRST_COMPONENT = TCB_LIST + 4;

    bytes private good;
    uint256 private oid;

    function setUp() public {
        good = signPck(goodPck());
        oid = find(good, OID);
    }

    function test_read__value_in_another_type__refused() public {
        refuseFlipped(good, oid + OCTETS, oid + OCTETS);
        refuseFlipped(good, oid + LIST, oid + LIST);
    }

    /// @dev The lowest byte of a length is the last one before the content.
    function test_read__octets_or_list_of_another_length__refused() public {
        refuseFlipped(good, oid + LIST - 1, oid + OCTETS);
        refuseFlipped(good, oid + PPID - 1, oid + LIST);
    }

    function test_read__other_element_for_the_ppid__refused() public {
        refuseFlipped(good, oid + PPID + 13, oid + PPID);
    }

    function test_read__other_element_for_the_tcb__refused() public {
        refuseFlipped(good, oid + TCB, oid + TCB);
        refuseFlipped(good, oid + TCB_LIST - 1, oid + TCB_OID);
    }

    function test_read__tcb_list_of_another_length__refused() public {
        refuseFlipped(good, oid + FIRST_COMPONENT - 1, oid + TCB_LIST);
    }

    function test_read__component_of_another_type__refused() public {
        refuseFlipped(good, oid + FIRST_COMPONENT + 15, oid + FIRST_COMPONENT);
    }

    /// @dev A component of two bytes whose second one would do alone.
    function test_read__component_with_a_needless_zero__refused() public {
        PckDraft memory draft = goodPck();
        draft.components[0] = 0x80;
        bytes memory der = signPck(draft);
        this.parse(der);
        uint256 component = find(der, OID) + FIRST_COMPONENT;
        der[component + 18] = 0x7f;
        refuse(der, component);
    }

    function test_read__other_element_for_the_pce_svn__refused() public {
        uint256 element = find(good, PCE_SVN);
        refuseFlipped(good, element + 12, element);
    }

    function test_read__pce_svn_shorter_than_its_element__refused() public {
        uint256 element = find(good, PCE_SVN);
        refuseFlipped(good, element - 1, element);
    }

    function test_read__pce_svn_of_three_bytes__refused_at_its_element() public {
        PckDraft memory draft = goodPck();
        draft.pceSvn = 0xffff;
        this.parse(signPck(draft));
        draft.pceSvn = 0x10000;
        bytes memory der = signPck(draft);
        refuse(der, find(der, PCE_SVN));
    }

    function test_read__other_element_for_the_cpu_svn__refused() public {
        uint256 element = find(good, CPU_SVN);
        refuseFlipped(good, element + 14, element);
    }

    /// @dev Both lengths of the TCB agree, and both end one byte after its last element.
    function test_read__tcb_longer_than_its_elements__refused() public {
        this.parse(good);
        bytes memory der = good;
        _add(der, oid + TCB_OID - 1, 1);
        _add(der, oid + FIRST_COMPONENT - 1, 1);
        refuse(der, find(der, CPU_SVN));
    }

    function test_read__other_element_for_the_pce_id__refused() public {
        uint256 element = find(good, PCE_ID);
        refuseFlipped(good, element + 13, element);
    }

    function test_read__other_element_for_the_fmspc__refused() public {
        uint256 element = find(good, FMSPC);
        refuseFlipped(good, element + 13, element);
    }

    /// @dev All lengths around the FMSPC agree, and end before its last byte.
    function test_read__fmspc_cut__refused() public {
        PckDraft memory draft = goodPck();
        draft.sgxTail = "";
        bytes memory der = signPck(draft);
        this.parse(der);
        uint256 start = find(der, OID);
        uint256 fmspc = find(der, FMSPC);
        // Its last byte is gone, and everything around it is so much shorter.
        der = bytes.concat(slice(der, 0, fmspc + 21), slice(der, fmspc + 22, der.length));
        uint256 first = find(der, hex"301f0603551d23");
        uint256[7] memory lengths =
            [3, 7, first - 5, first - 1, start - 1, start + LIST - 1, start + PPID - 1];
        for (uint256 i = 0; i < lengths.length; ++i) {
            _add(der, lengths[i], -1);
        }
        refuse(der, fmspc);
    }

    /// @dev To the low byte of a length, which carries nothing in these certificates.
    function _add(bytes memory der, uint256 place, int8 change) private pure {
        int256 changed = int256(uint256(uint8(der[place]))) + change;
        assert(changed >= 0 && changed < 256);
        // Compared just above.
        // forge-lint: disable-next-line(unsafe-typecast)
        der[place] = bytes1(uint8(uint256(changed)));
    }
}
