// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Asn1} from "../harness/Asn1.sol";
import {PckDraft} from "../harness/PckMaker.sol";
import {PckCase} from "./PckCase.sol";

/// @notice What stands before and behind a PCK certificate's extensions, refused at its place.
contract PckCertificateRefusalsTest is PckCase {
    /// @dev Where the signed part and its content start: each behind a header of four bytes.
    uint256 private constant TBS = 4;
    uint256 private constant VERSION = 8;

    bytes private good;

    function setUp() public {
        good = signPck(goodPck());
    }

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
        refuseFlipped(good, signature + 1, signature); // of another length
        refuseFlipped(good, signature + 2, signature + 2); // with an unused bit
        refuseFlipped(good, signature + 3, signature + 3); // no SEQUENCE
        refuseFlipped(good, signature + 4, signature + 3); // of another length
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
