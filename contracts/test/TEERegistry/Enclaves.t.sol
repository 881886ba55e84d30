// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast, incorrect-shift)

import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {
    Enclave,
    MeasurementPolicy,
    SignerStatus
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice SGX enclaves: who they are, from which security version on, with which attributes.
contract TEERegistryEnclavesTest is RegistryCase {
    // Offsets in a version 3 quote.
    uint256 private constant FLAGS = 96;
    uint256 private constant MR_ENCLAVE = 112;
    uint256 private constant MR_SIGNER = 176;
    uint256 private constant PROD_ID = 304;
    uint256 private constant SVN = 306;

    function test_admit__identity_differs_in_any_byte__refused(uint256 choice) public {
        QuoteDraft memory draft = QuoteForge.draft(Form.SgxV3);
        choice = bound(choice, 0, 65);
        uint256 offset = choice < 32
            ? MR_ENCLAVE + choice
            : choice < 64 ? MR_SIGNER + choice - 32 : PROD_ID + choice - 64;
        flip(draft.region, offset);
        _refuse(draft, IRegistryErrors.MeasurementNotAllowed.selector);
    }

    function test_admit__any_svn__from_the_minimum_on(uint16 svn) public {
        QuoteDraft memory draft = QuoteForge.draft(Form.SgxV3);
        // Little-endian: the low byte first.
        draft.region[SVN] = bytes1(uint8(svn & 0xff));
        draft.region[SVN + 1] = bytes1(uint8(svn >> 8));
        if (svn < QuoteForge.ISV_SVN) _refuse(draft, IRegistryErrors.EnclaveSvnTooLow.selector);
        else _take(draft);
    }

    function test_admit__debug_enclave__refused() public {
        QuoteDraft memory draft = QuoteForge.draft(Form.SgxV3);
        draft.region[FLAGS] = 0x07;
        _refuse(draft, IRegistryErrors.DebugRefused.selector);
    }

    /// @dev Even if the policy's mask looks at nothing.
    function test_admit__never_allowed_flags_with_empty_mask__refused() public {
        _allowWith(0, 0);
        uint8[5] memory flags = [0x07, 0x15, 0x25, 0x35, 0x04];
        for (uint256 i = 0; i < flags.length; ++i) {
            QuoteDraft memory draft = QuoteForge.draft(Form.SgxV3);
            draft.region[FLAGS] = bytes1(flags[i]);
            _refuse(
                draft,
                i == 0
                    ? IRegistryErrors.DebugRefused.selector
                    : IRegistryErrors.EnclaveAttributesRefused.selector
            );
        }
        _take(QuoteForge.draft(Form.SgxV3));
    }

    function test_admit__attributes_under_the_mask__must_be_equal(uint256 bit, bytes16 mask)
        public
    {
        bit = bound(bit, 0, 127);
        _allowWith(QuoteForge.ENCLAVE_ATTRIBUTES, mask);
        QuoteDraft memory draft = QuoteForge.draft(Form.SgxV3);
        uint256 offset = FLAGS + bit / 8;
        // The first byte's flags are the subject of the test above.
        vm.assume(bit >= 8);
        draft.region[offset] = draft.region[offset] ^ bytes1(uint8(0x80 >> (bit % 8)));
        bool isMasked = uint256(uint128(mask)) & (uint256(1) << (127 - bit)) != 0;
        if (isMasked) _refuse(draft, IRegistryErrors.EnclaveAttributesRefused.selector);
        else _take(draft);
    }

    /// @dev CONFIGID 64 bytes, CONFIGSVN 2, ISVEXTPRODID 16, ISVFAMILYID 16: one enclave started in
    /// two ways has one measurement.
    function test_admit__configured_in_any_byte__refused(uint256 choice, uint8 value) public {
        vm.assume(value != 0);
        choice = bound(choice, 0, 97);
        uint256 offset = choice < 64
            ? 192 + choice
            : choice < 66 ? 260 + choice - 64 : choice < 82 ? 32 + choice - 66 : 304 + choice - 82;
        for (uint256 form = 0; form < 3; ++form) {
            QuoteDraft memory draft = QuoteForge.draft(Form(form));
            draft.region[QuoteForge.bodyOf(Form(form)) + offset] = bytes1(value);
            _refuse(draft, IRegistryErrors.EnclaveConfigurationRefused.selector);
        }
        _take(QuoteForge.draft(Form.SgxV3));
    }

    function test_allowEnclave__debug_or_platform_keys__refused() public {
        Enclave memory enclave = goodEnclave();
        enclave.attributes = 0x02000000000000000000000000000000;
        vm.expectPartialRevert(IRegistryErrors.DebugRefused.selector);
        vm.prank(OWNER);
        registry.allowEnclave(enclave, 1);
        enclave.attributes = 0x10000000000000000000000000000000;
        vm.expectPartialRevert(IRegistryErrors.EnclaveAttributesRefused.selector);
        vm.prank(OWNER);
        registry.allowEnclave(enclave, 1);
    }

    /// @dev A second policy of the same enclave must not change the first one's attributes.
    function test_allowEnclave__again__refused_and_policy_stays() public {
        Enclave memory enclave = goodEnclave();
        enclave.attributesMask = 0;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryErrors.MeasurementAlreadyAllowed.selector, enclaveMeasurement
            )
        );
        vm.prank(OWNER);
        registry.allowEnclave(enclave, 1);
        MeasurementPolicy memory policy = registry.measurementPolicy(enclaveMeasurement);
        vm.assertTrue(policy.isEnclave, "isEnclave");
        vm.assertEq(uint256(policy.minimumSvn), QuoteForge.ISV_SVN, "minimumSvn");
        vm.assertEq(
            bytes32(policy.attributes), bytes32(QuoteForge.ENCLAVE_ATTRIBUTES), "attributes"
        );
        vm.assertEq(
            bytes32(policy.attributesMask), bytes32(bytes16(type(uint128).max)), "attributesMask"
        );
    }

    function test_allowEnclave__good__emits() public {
        Enclave memory enclave = goodEnclave();
        enclave.isvProdId = 8;
        bytes32 expected = keccak256(
            abi.encode(
                keccak256("Enclave(bytes32 mrEnclave,bytes32 mrSigner,uint16 isvProdId)"),
                enclave.mrEnclave,
                enclave.mrSigner,
                uint16(8)
            )
        );
        vm.expectEmit(address(registry));
        emit IRegistryEvents.MeasurementAllowed(expected, true, 3, enclave);
        vm.prank(OWNER);
        registry.allowEnclave(enclave, 3);
    }

    /// @dev Its id cannot be allowed as a trust domain's to get around its policy.
    function test_allowTrustDomain__id_of_an_enclave__policy_without_attributes() public {
        vm.prank(OWNER);
        registry.removeMeasurement(enclaveMeasurement, REASON);
        _refuse(QuoteForge.draft(Form.SgxV3), IRegistryErrors.MeasurementNotAllowed.selector);
        vm.prank(OWNER);
        registry.allowTrustDomain(enclaveMeasurement, 1);
        _refuse(QuoteForge.draft(Form.SgxV3), IRegistryErrors.MeasurementNotAllowed.selector);
    }

    function _allowWith(bytes16 attributes, bytes16 mask) private {
        vm.prank(OWNER);
        registry.removeMeasurement(enclaveMeasurement, REASON);
        Enclave memory enclave = goodEnclave();
        enclave.attributes = attributes;
        enclave.attributesMask = mask;
        vm.prank(OWNER);
        registry.allowEnclave(enclave, 1);
    }

    function _take(QuoteDraft memory draft) private {
        admit(draft, KEY, false);
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    function _refuse(QuoteDraft memory draft, bytes4 selector) private {
        bytes memory quote = compactQuote(draft, vm.addr(KEY), newestBlock());
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        vm.expectPartialRevert(selector);
        registry.admit(quote, START, proof, true);
    }
}
