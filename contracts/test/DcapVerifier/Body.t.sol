// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice What a trust domain or an enclave must be, so that nobody outside can look into it.
contract DcapVerifierBodyTest is SimulatedPlatform {
    uint256 private constant MR_SIGNER_SEAM = 64;
    uint256 private constant SEAM_ATTRIBUTES = 112;
    uint256 private constant MR_SERVICE_TD = 600;
    uint64 private constant SEPT_VE_DISABLE = 1 << 28;
    /// @dev What dcap-qvl 0.7.0 takes beside SEPT_VE_DISABLE.
    uint64 private constant HARMLESS = (1 << 16) | (0x1f << 18) | (1 << 27) | (3 << 30) | (3 << 62);

    function setUp() public {
        setUpPlatform();
    }

    /* --- attributes of a trust domain ------------------------------------------------------ */

    /// @dev All 64, one at a time; every quote but for that bit is good.
    function test_verify__each_attribute__as_dcap_qvl_takes_it() public {
        for (uint256 bit = 0; bit < 64; ++bit) {
            if (bit == 28) continue;
            Draft memory draft = goodDraft();
            // forge-lint: disable-next-line(incorrect-shift, unsafe-typecast)
            bytes8 attributes = _set(draft, SEPT_VE_DISABLE | uint64(1 << bit));
            // forge-lint: disable-next-line(incorrect-shift)
            if (HARMLESS & (1 << bit) != 0) {
                verifier.verify(compact(draft));
                continue;
            }
            bytes4 reason = IDcapErrors.TdReservedAttributesRefused.selector;
            if (bit < 8) reason = IDcapErrors.TdDebugRefused.selector;
            if (bit == 29) reason = IDcapErrors.TdMigratableRefused.selector;
            bytes memory quote = compact(draft);
            vm.expectRevert(abi.encodeWithSelector(reason, attributes));
            verifier.verify(quote);
        }
    }

    function test_verify__all_harmless_attributes__taken() public view {
        Draft memory draft = goodDraft();
        _set(draft, SEPT_VE_DISABLE | HARMLESS);
        taken(draft);
    }

    function test_verify__debug_td_of_each_kind__refused() public {
        uint256[3] memory kinds = [uint256(2), 4, 5];
        for (uint256 i = 0; i < kinds.length; ++i) {
            Draft memory draft = draftOf(kinds[i]);
            bytes8 attributes = _set(draft, SEPT_VE_DISABLE | 1);
            refused(draft, abi.encodeWithSelector(IDcapErrors.TdDebugRefused.selector, attributes));
        }
    }

    function test_verify__septve_not_disabled__refused() public {
        Draft memory draft = goodDraft();
        bytes8 attributes = _set(draft, 0);
        refused(draft, abi.encodeWithSelector(IDcapErrors.TdSeptVeRefused.selector, attributes));
    }

    /* --- module and service ---------------------------------------------------------------- */

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
            Draft memory draft = draftOf(5);
            draft.body[MR_SERVICE_TD + i] = 0x01;
            refused(draft, abi.encodeWithSelector(IDcapErrors.ServiceTdRefused.selector));
        }
    }

    /* --- an enclave ------------------------------------------------------------------------ */

    function test_verify__debug_sgx_enclave__refused() public {
        _refuseEnclave(0x07, IDcapErrors.EnclaveDebugRefused.selector);
    }

    function test_verify__enclave_not_initialized__refused() public {
        _refuseEnclave(0x04, IDcapErrors.EnclaveNotInitialized.selector);
    }

    function test_verify__enclave_with_intels_keys__refused() public {
        _refuseEnclave(0x15, IDcapErrors.EnclaveKeysRefused.selector);
        _refuseEnclave(0x25, IDcapErrors.EnclaveKeysRefused.selector);
    }

    function test_verify__enclave_with_key_separation__taken() public view {
        Draft memory draft = draftOf(0);
        draft.body[48] = 0x85;
        taken(draft);
    }

    function _refuseEnclave(bytes1 flags, bytes4 selector) private {
        uint256[3] memory kinds = [uint256(0), 1, 3];
        for (uint256 i = 0; i < kinds.length; ++i) {
            Draft memory draft = draftOf(kinds[i]);
            draft.body[48] = flags;
            bytes16 attributes = bytes16(slice(draft.body, 48, 64));
            refused(draft, abi.encodeWithSelector(selector, attributes));
        }
    }

    /// @dev Little-endian; gives back the bytes as they stand in the report.
    function _set(Draft memory draft, uint64 bits) private pure returns (bytes8 attributes) {
        for (uint256 i = 0; i < 8; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            attributes |= bytes8(bytes1(uint8(bits >> (8 * i)))) >> (8 * i);
        }
        overwrite(draft.body, TD_ATTRIBUTES, abi.encodePacked(attributes));
    }
}
