// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Asn1} from "../harness/Asn1.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice The PCK certificate: who signed it, when it is valid, and what it must say.
contract DcapVerifierCertificateTest is SimulatedPlatform {
    function setUp() public {
        setUpPlatform();
    }

    /* --- signature and issuer -------------------------------------------------------------- */

    /// @dev A forged certificate with the true CA's name and key identifier.
    function test_verify__signed_by_another_key__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = compact(draft);
        bytes memory tbs = tbsOf(draft.pck);
        (bytes32 r, bytes32 s) = vm.signP256(CA_KEY + 1, sha256(tbs));
        quote = bytes.concat(slice(quote, 0, 632 + 608), Asn1.signed(tbs, r, s));
        vm.expectRevert(IDcapErrors.CertificateSignatureInvalid.selector);
        verifier.verify(quote);
    }

    function test_verify__both_s_of_the_certificate__taken() public view {
        Draft memory draft = goodDraft();
        bytes memory quote = slice(compact(draft), 0, 632 + 608);
        bytes memory tbs = tbsOf(draft.pck);
        (bytes32 r, bytes32 s) = vm.signP256(CA_KEY, sha256(tbs));
        verifier.verify(bytes.concat(quote, Asn1.signed(tbs, r, s)));
        s = bytes32(P256_ORDER - uint256(s));
        verifier.verify(bytes.concat(quote, Asn1.signed(tbs, r, s)));
    }

    function test_verify__signature_out_of_range__refused() public {
        Draft memory draft = goodDraft();
        bytes memory quote = slice(compact(draft), 0, 632 + 608);
        bytes memory tbs = tbsOf(draft.pck);
        (bytes32 r,) = vm.signP256(CA_KEY, sha256(tbs));
        uint256[3] memory values = [0, P256_ORDER, type(uint256).max];
        for (uint256 i = 0; i < values.length; ++i) {
            bytes memory bent = bytes.concat(quote, Asn1.signed(tbs, r, bytes32(values[i])));
            vm.expectRevert(
                abi.encodeWithSelector(IDcapErrors.SignatureOutOfRange.selector, r, values[i])
            );
            verifier.verify(bent);
        }
    }

    function test_verify__other_issuer_name__refused() public {
        Draft memory draft = goodDraft();
        bytes32 expected = keccak256(draft.pck.issuer);
        draft.pck.issuer = Asn1.name("Intel SGX PCK Processor CA");
        refused(
            draft,
            abi.encodeWithSelector(
                IDcapErrors.IssuerMismatch.selector, expected, keccak256(draft.pck.issuer)
            )
        );
    }

    /* --- validity -------------------------------------------------------------------------- */

    function test_verify__certificate_of_the_future__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.validity = bytes.concat(utc("260101000000Z"), utc("300101000000Z"));
        taken(draft);
        draft.pck.validity = bytes.concat(utc("260101000001Z"), utc("300101000000Z"));
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.CertificateNotYetValid.selector, START + 1, START)
        );
    }

    function test_verify__certificate_of_the_past__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.validity = bytes.concat(utc("200101000000Z"), utc("260101000000Z"));
        taken(draft);
        draft.pck.validity = bytes.concat(utc("200101000000Z"), utc("251231235959Z"));
        refused(
            draft, abi.encodeWithSelector(IDcapErrors.CertificateExpired.selector, START - 1, START)
        );
    }

    function test_verify__generalized_time__taken() public view {
        Draft memory draft = goodDraft();
        draft.pck.validity =
            bytes.concat(utc("200101000000Z"), Asn1.element(0x18, "20510203040506Z"));
        taken(draft);
    }

    /* --- what it says ---------------------------------------------------------------------- */

    function test_verify__certificate_of_a_ca__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.constraints = extension(hex"551d13", hex"30030101ff", true);
        refused(draft, abi.encodeWithSelector(IDcapErrors.LeafIsAuthority.selector));
    }

    function test_verify__key_not_for_signatures__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.usage = extension(hex"551d0f", hex"03020106", true);
        refused(draft, abi.encodeWithSelector(IDcapErrors.LeafKeyUsageRefused.selector));
    }

    function test_verify__no_sgx_extension__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.hasSgx = false;
        refused(draft, abi.encodeWithSelector(IDcapErrors.LeafNotPck.selector));
    }

    function test_verify__missing_extension__refused() public {
        for (uint256 i = 0; i < 3; ++i) {
            Draft memory draft = goodDraft();
            if (i == 0) draft.pck.authorityKey = "";
            if (i == 1) draft.pck.constraints = "";
            if (i == 2) draft.pck.usage = "";
            _refuseMalformed(draft);
        }
    }

    function test_verify__extension_twice__refused() public {
        for (uint256 i = 0; i < 3; ++i) {
            Draft memory draft = goodDraft();
            if (i == 0) draft.pck.more = draft.pck.authorityKey;
            if (i == 1) draft.pck.more = draft.pck.constraints;
            if (i == 2) draft.pck.more = draft.pck.usage;
            _refuseMalformed(draft);
        }
    }

    function test_verify__unknown_extension__taken_unless_critical() public {
        Draft memory draft = goodDraft();
        draft.pck.more = extension(hex"2a0304", hex"0500", false);
        taken(draft);
        draft.pck.more = extension(hex"2a0304", hex"0500", true);
        bytes memory quote = compact(draft);
        vm.expectPartialRevert(IDcapErrors.CriticalExtensionUnknown.selector);
        verifier.verify(quote);
    }

    function test_verify__other_algorithm__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.algorithm = hex"300a06082a8648ce3d040303";
        bytes memory quote = compact(draft);
        vm.expectPartialRevert(IDcapErrors.CertificateAlgorithmRefused.selector);
        verifier.verify(quote);
    }

    function test_verify__other_curve__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.key[22] = 0x22;
        bytes memory quote = compact(draft);
        vm.expectPartialRevert(IDcapErrors.CertificateKeyRefused.selector);
        verifier.verify(quote);
    }

    function test_verify__version_1__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.version = hex"a003020100";
        _refuseMalformed(draft);
    }

    function test_verify__long_names__taken() public view {
        Draft memory draft = goodDraft();
        draft.pck.subject = Asn1.name(string(new bytes(100)));
        taken(draft);
        draft.pck.subject = Asn1.name(string(new bytes(300)));
        taken(draft);
    }

    function _refuseMalformed(Draft memory draft) private {
        bytes memory quote = compact(draft);
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        verifier.verify(quote);
    }
}
