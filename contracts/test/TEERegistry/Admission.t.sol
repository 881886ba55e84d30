// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {Admission, SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice `admit`: our report data, possession, deadline, and what is kept.
contract TEERegistryAdmissionTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    function test_admit__every_form__valid_signer() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            uint256 key = KEY + form;
            admit(QuoteForge.draft(Form(form)), key, form % 2 == 0);
            assertStatus(vm.addr(key), SignerStatus.Valid);
        }
    }

    function test_admitRaw__every_form__valid_signer_and_kept() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            uint256 key = KEY + form;
            QuoteDraft memory draft = QuoteForge.draft(Form(form));
            _admitRaw(draft, key);
            assertStatus(vm.addr(key), SignerStatus.Valid);
            _assertTemplate(draft, vm.addr(KEY + form));
        }
    }

    function test_admit__good_quote__emits_all_of_it() public {
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        bytes memory quote = compactQuote(draft, vm.addr(KEY), newestBlock());
        bytes memory proof = possession(KEY, newestBlock(), START);
        uint256 snapshot = vm.snapshotState();
        registry.admit(quote, START, proof, true);
        uint32 number = admissionOf(KEY);
        address template = registry.admission(number).template;
        vm.revertToState(snapshot);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.SignerRegistered(
            vm.addr(KEY),
            PLATFORM,
            measurement,
            number,
            FMSPC,
            TcbStatus.UpToDate,
            BLOCK - 1,
            hashOf(BLOCK - 1),
            keccak256(slice(quote, 0, 632)),
            START + 3600
        );
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionKept(
            number, PLATFORM, measurement, TcbStatus.UpToDate, FMSPC, template, START + 86_400
        );
        registry.admit(quote, START, proof, true);
    }

    function test_admit__key_kept__a_day_at_most() public {
        admit(KEY, true);
        Admission memory kept = registry.admission(admissionOf(KEY));
        vm.assertEq(kept.validUntil, START + 86_400, "validUntil");
        vm.assertEq(kept.measurement, measurement, "measurement");
        vm.assertTrue(kept.isLive, "live");
        vm.warp(START + 86_400);
        vm.assertFalse(registry.admission(admissionOf(KEY)).isLive, "live after a day");
    }

    function test_admit__verdict_ends_first__kept_until_then() public {
        sayValidUntil(START + 100);
        admit(KEY, true);
        vm.assertEq(registry.admission(admissionOf(KEY)).validUntil, START + 100, "validUntil");
        vm.assertEq(registry.registration(vm.addr(KEY)).validUntil, START + 100, "signer");
    }

    function test_admit__not_to_be_kept__nothing_kept() public {
        admit(KEY, false);
        Admission memory kept = registry.admission(admissionOf(KEY));
        vm.assertEq(kept.template.code.length, 0, "code");
        vm.assertFalse(kept.isEnrolled, "enrolled");
        vm.assertFalse(kept.isLive, "live");
    }

    /// @dev The code is STOP, platform, FMSPC, then the signed region with the key where the report
    /// data was.
    function test_admit__every_form__template_is_region_with_key() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            QuoteDraft memory draft = QuoteForge.draft(Form(form));
            admit(draft, KEY + form, true);
            _assertTemplate(draft, vm.addr(KEY + form));
        }
    }

    function test_admit__again__same_template_new_end() public {
        admit(KEY, true);
        address template = registry.admission(admissionOf(KEY)).template;
        vm.warp(START + 1000);
        admit(NEXT_KEY, true);
        Admission memory kept = registry.admission(admissionOf(KEY));
        vm.assertEq(kept.template, template, "template");
        vm.assertEq(kept.validUntil, START + 87_400, "validUntil");
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    function test_admit__another_certificate__another_template() public {
        admit(KEY, true);
        address template = registry.admission(admissionOf(KEY)).template;
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        flip(draft.backing, 40);
        admit(draft, NEXT_KEY, true);
        address other = registry.admission(admissionOf(NEXT_KEY)).template;
        vm.assertTrue(other != template, "template");
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    /* --- deadline and possession -------------------------------------------------------------- */

    function test_admit__deadline__last_second_only() public {
        bytes memory quote = _quote();
        bytes memory proof = possession(KEY, newestBlock(), START - 1);
        _refuse(
            quote,
            START - 1,
            proof,
            abi.encodeWithSelector(IRegistryErrors.DeadlinePassed.selector, START - 1, START)
        );
        admit(KEY, false);
    }

    function test_admit__other_deadline_than_signed__refused() public {
        bytes memory proof = possession(KEY, newestBlock(), START);
        bytes memory quote = _quote();
        vm.expectPartialRevert(IRegistryErrors.PossessionMismatch.selector);
        registry.admit(quote, START + 1, proof, true);
    }

    /// @dev Nobody can send it first in a way that keeps no key.
    function test_admit__other_choice_of_keeping_than_signed__refused() public {
        bytes memory proof = possession(KEY, newestBlock(), START);
        bytes memory quote = _quote();
        vm.expectPartialRevert(IRegistryErrors.PossessionMismatch.selector);
        registry.admit(quote, START, proof, false);
    }

    function test_admit__possession_of_another_key__refused() public {
        bytes32 digest =
            registry.possessionDigest(vm.addr(KEY), newestBlock(), _template(), START, true);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(NEXT_KEY, digest);
        _refuse(
            _quote(),
            START,
            abi.encodePacked(r, s, v),
            abi.encodeWithSelector(
                IRegistryErrors.PossessionMismatch.selector,
                vm.addr(KEY),
                vm.addr(NEXT_KEY),
                _template()
            )
        );
    }

    function test_admit__possession_malleated__refused() public {
        bytes32 digest =
            registry.possessionDigest(vm.addr(KEY), newestBlock(), _template(), START, true);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, digest);
        bytes32 twin = bytes32(SECP256K1_ORDER - uint256(s));
        bytes memory proof = abi.encodePacked(r, twin, v == 27 ? uint8(28) : uint8(27));
        _refuse(
            _quote(),
            START,
            proof,
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, twin)
        );
    }

    function test_admit__possession_cut__refused() public {
        bytes memory proof = slice(possession(KEY, newestBlock(), START), 0, 64);
        _refuse(
            _quote(),
            START,
            proof,
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64)
        );
    }

    /// @dev The domain names chain and registry.
    function test_possessionDigest__eip712__as_defined() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("attestor"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 body = keccak256(
            abi.encode(
                keccak256(
                    "Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,bool keepKey)"
                ),
                address(0xe1),
                uint64(7),
                address(0xe2),
                uint256(9),
                true
            )
        );
        vm.assertEq(
            registry.possessionDigest(address(0xe1), 7, address(0xe2), 9, true),
            keccak256(abi.encodePacked(hex"1901", domain, body)),
            "digest"
        );
    }

    /* --- report data --------------------------------------------------------------------------- */

    function test_reportData__any__as_defined(address signer, uint64 number, bytes32 hash)
        public
        view
    {
        (bytes32 high, bytes32 low) = registry.reportData(signer, number, hash);
        (bytes32 expectedHigh, bytes32 expectedLow) = reportData(signer, number, hash);
        vm.assertEq(high, expectedHigh, "high");
        vm.assertEq(low, expectedLow, "low");
    }

    function test_renewalReportData__any__as_defined(
        address signer,
        uint64 number,
        bytes32 hash,
        address template
    ) public view {
        (bytes32 high, bytes32 low) = registry.renewalReportData(signer, number, hash, template);
        (bytes32 expectedHigh, bytes32 expectedLow) =
            renewalReportData(signer, number, hash, template);
        vm.assertEq(high, expectedHigh, "high");
        vm.assertEq(low, expectedLow, "low");
    }

    function test_admit__other_tag__refused() public {
        (bytes32 high, bytes32 low) = reportData(vm.addr(KEY), newestBlock(), hashOf(BLOCK - 1));
        bytes memory quote = QuoteForge.draft(Form.TdV4).compact(bytes32(uint256(high) ^ 0xff), low);
        vm.expectPartialRevert(IRegistryErrors.ReportDataTagUnknown.selector);
        registry.admit(quote, START, "", false);
    }

    /// @dev Upstream's layout has no tag.
    function test_admit__quote_of_upstreams_layout__refused() public {
        bytes32 high = bytes32(uint256(uint160(vm.addr(KEY))));
        bytes memory quote = QuoteForge.draft(Form.TdV4).compact(high, 0);
        vm.expectPartialRevert(IRegistryErrors.ReportDataTagUnknown.selector);
        registry.admit(quote, START, "", false);
    }

    function test_admit__report_data_of_other_chain_registry_or_hash__refused() public {
        address signer = vm.addr(KEY);
        uint64 number = newestBlock();
        bytes memory proof = possession(KEY, number, START);
        bytes32[3] memory lows;
        (bytes32 high,) = reportData(signer, number, hashOf(number));
        (, lows[0]) = reportData(signer, number, hashOf(number - 1));
        vm.chainId(31_338);
        (, lows[1]) = reportData(signer, number, hashOf(number));
        vm.chainId(31_337);
        ITEERegistry other = deployRegistry(address(double));
        (, lows[2]) = other.reportData(signer, number, hashOf(number));
        for (uint256 i = 0; i < lows.length; ++i) {
            bytes memory quote = QuoteForge.draft(Form.TdV4).compact(high, lows[i]);
            vm.expectPartialRevert(IRegistryErrors.ReportDataDigestMismatch.selector);
            registry.admit(quote, START, proof, true);
        }
        admit(KEY, false);
    }

    function test_admit__stale_future_or_unknown_block__refused() public {
        uint16[3] memory numbers = [1000, 900, 700];
        for (uint256 i = 0; i < numbers.length; ++i) {
            bytes memory quote =
                compactQuote(QuoteForge.draft(Form.TdV4), vm.addr(KEY), uint64(numbers[i]));
            vm.expectPartialRevert(
                i == 0
                    ? IRegistryErrors.ReferenceBlockNotPast.selector
                    : IRegistryErrors.ReferenceBlockTooOld.selector
            );
            registry.admit(quote, START, "", false);
        }
    }

    /* --- once, and the rest ---------------------------------------------------------------------- */

    function test_admit__same_signer_by_another_relayer__refused() public {
        admit(KEY, true);
        bytes memory proof = possession(KEY, newestBlock(), START);
        _refuse(
            bytes.concat(_quote(), hex"00"),
            START,
            proof,
            abi.encodeWithSelector(
                IRegistryErrors.SignerAlreadyRegistered.selector, vm.addr(KEY), START
            )
        );
    }

    function test_admit__verifier_refuses__its_reason_and_nothing_kept() public {
        bytes memory reason = abi.encodeWithSignature("AnyReason()");
        double.refuse(reason);
        _refuse(_quote(), START, possession(KEY, newestBlock(), START), reason);
        assertStatus(vm.addr(KEY), SignerStatus.Unregistered);
    }

    function test_admit__status_not_allowed__refused() public {
        sayStatus(TcbStatus.OutOfDate);
        _refuse(
            _quote(),
            START,
            possession(KEY, newestBlock(), START),
            abi.encodeWithSelector(
                IRegistryErrors.TcbStatusRefused.selector, TcbStatus.OutOfDate, UP_TO_DATE
            )
        );
    }

    function test_admit__paused__refused() public {
        vm.prank(OWNER);
        registry.pause(REASON);
        _refuse(
            _quote(),
            START,
            "",
            abi.encodeWithSelector(IRegistryErrors.RegistrationsPaused.selector)
        );
    }

    /// @dev A quote of which the double approves, though it ends inside of what backs the key.
    function test_admit__cut_quote_to_be_kept__refused(uint256 length) public {
        bytes memory proof = possession(KEY, newestBlock(), START);
        bytes memory quote = slice(_quote(), 0, bound(length, 632, 632 + 128 + 384 + 63));
        vm.expectPartialRevert(IRegistryErrors.QuoteTooShort.selector);
        registry.admit(quote, START, proof, true);
    }

    function _template() private view returns (address) {
        return templateOf(QuoteForge.draft(Form.TdV4));
    }

    function _quote() private view returns (bytes memory) {
        return compactQuote(QuoteForge.draft(Form.TdV4), vm.addr(KEY), newestBlock());
    }

    function _admitRaw(QuoteDraft memory draft, uint256 key) private {
        bytes memory proof = possession(draft, key, newestBlock(), START, true);
        registry.admitRaw(rawQuote(draft, vm.addr(key), newestBlock()), START, proof, true);
    }

    function _assertTemplate(QuoteDraft memory draft, address signer) private view {
        address template = registry.admission(admissionOf(signer)).template;
        (uint256 x, uint256 y) = vm.publicKeyP256(draft.attestationKey);
        bytes memory expected = draft.regionWith(bytes32(x), bytes32(y));
        vm.assertEq(template.code, bytes.concat(hex"00", PLATFORM, FMSPC, expected), "code");
    }

    function _refuse(bytes memory quote, uint256 deadline, bytes memory proof, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        registry.admit(quote, deadline, proof, true);
    }
}

