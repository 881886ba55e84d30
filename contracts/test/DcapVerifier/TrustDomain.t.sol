// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice What the body of a quote must say of the trust domain and the TDX module.
contract DcapVerifierTrustDomainTest is SimulatedPlatform {
    uint256 private constant MR_SIGNER_SEAM = 64;
    uint256 private constant SEAM_ATTRIBUTES = 112;
    uint256 private constant TEE_TCB_SVN_2 = 584;
    uint256 private constant MR_SERVICE_TD = 600;

    function setUp() public {
        setUpPlatform();
    }

    /* --- attributes ------------------------------------------------------------------------ */

    function test_verify__debug_td__refused() public {
        _refuseAttributes(0x0100001000000000, IDcapErrors.TdDebugRefused.selector);
    }

    function test_verify__any_other_untrusted_bit__refused() public {
        for (uint256 bit = 1; bit < 8; ++bit) {
            bytes8 attributes = bytes8(0x0000001000000000) | (bytes8(0x0100000000000000) << bit);
            _refuseAttributes(attributes, IDcapErrors.TdDebugRefused.selector);
        }
    }

    function test_verify__septve_not_disabled__refused() public {
        _refuseAttributes(0x0000000000000000, IDcapErrors.TdSeptVeRefused.selector);
    }

    function test_verify__migratable__refused() public {
        _refuseAttributes(0x0000003000000000, IDcapErrors.TdMigratableRefused.selector);
    }

    function test_verify__reserved_attribute__refused() public {
        bytes8[5] memory reserved = [
            bytes8(0x0001001000000000),
            0x0080001000000000,
            0x0000801000000000,
            0x0000001001000000,
            0x0000001000000040
        ];
        for (uint256 i = 0; i < reserved.length; ++i) {
            _refuseAttributes(reserved[i], IDcapErrors.TdReservedAttributesRefused.selector);
        }
    }

    /// @dev PKS, KL and PERFMON are known and left to the measurement, which covers them.
    function test_verify__known_harmless_attributes__taken_as_another_measurement() public view {
        Draft memory draft = goodDraft();
        bytes32 plain = taken(draft).measurement;
        overwrite(draft.body, TD_ATTRIBUTES, hex"000000d000000080");
        vm.assertTrue(taken(draft).measurement != plain, "another measurement");
    }

    /* --- the module ------------------------------------------------------------------------ */

    function test_verify__foreign_module_signer__refused() public {
        for (uint256 i = 0; i < 48; i += 47) {
            Draft memory draft = goodDraft();
            draft.body[MR_SIGNER_SEAM + i] = 0x01;
            refused(draft, abi.encodeWithSelector(IDcapErrors.SeamSignerRefused.selector));
        }
    }

    function test_verify__module_attributes__refused() public {
        for (uint256 i = 0; i < 8; i += 7) {
            Draft memory draft = goodDraft();
            draft.body[SEAM_ATTRIBUTES + i] = 0x80;
            bytes8 attributes = bytes8(0x8000000000000000) >> (8 * i);
            refused(
                draft,
                abi.encodeWithSelector(IDcapErrors.SeamAttributesRefused.selector, attributes)
            );
        }
    }

    function test_verify__service_td__refused() public {
        for (uint256 i = 0; i < 48; i += 47) {
            Draft memory draft = goodDraft();
            makeVersion5(draft, 3);
            taken(draft);
            draft.body[MR_SERVICE_TD + i] = 0x01;
            refused(draft, abi.encodeWithSelector(IDcapErrors.ServiceTdRefused.selector));
        }
    }

    function test_verify__second_tcb_svn__taken() public view {
        Draft memory draft = goodDraft();
        makeVersion5(draft, 3);
        overwrite(draft.body, TEE_TCB_SVN_2, "SIMULATED SVN 2 ");
        taken(draft);
    }

    /* --- the measurement ------------------------------------------------------------------- */

    /// @dev Each measured byte counts, and no other does. Attributes have tests of their own.
    function test_measurement__any_byte__counts_exactly_when_measured(uint256 offset) public view {
        Draft memory draft = goodDraft();
        offset = bound(offset, 0, draft.body.length - 1);
        vm.assume(offset < MR_SIGNER_SEAM || offset >= TD_ATTRIBUTES + 8);
        bytes32 plain = taken(draft).measurement;
        flip(draft.body, offset);
        bool isMeasured = offset >= TD_ATTRIBUTES && offset < REPORT_DATA;
        vm.assertTrue((taken(draft).measurement != plain) == isMeasured, "measured");
    }

    function test_measurement__version_and_body_type__do_not_count() public view {
        Draft memory draft = goodDraft();
        bytes32 version4 = taken(draft).measurement;
        makeVersion5(draft, 3);
        vm.assertEq(taken(draft).measurement, version4, "the same trust domain");
    }

    function _refuseAttributes(bytes8 attributes, bytes4 selector) private {
        Draft memory draft = goodDraft();
        taken(draft);
        overwrite(draft.body, TD_ATTRIBUTES, abi.encodePacked(attributes));
        refused(draft, abi.encodeWithSelector(selector, attributes));
    }
}
