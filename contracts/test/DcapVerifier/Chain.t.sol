// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

/// @notice The certificates in a quote. Each bent certificate of the fixture differs from a good one
/// in one point; the good chain is in goodDraft and taken by most other tests.
contract DcapVerifierChainTest is SimulatedPlatform {
    uint64 private constant EARLY = 1_526_860_800; // 2018-05-21
    uint64 private constant SHORT_END = 1_893_456_000; // 2030-01-01
    uint64 private constant LATE_START = 2_208_988_800; // 2040-01-01
    uint64 private constant END = 2_524_607_999; // 2049-12-31 23:59:59

    function setUp() public {
        setUpPlatform();
    }

    /* --- good ones ------------------------------------------------------------------------- */

    function test_verify__platform_ca__taken() public view {
        vm.assertEq(_takenChain("leaf", "intermediate", "root").validUntil, END, "valid until");
    }

    function test_verify__processor_ca__taken() public view {
        _takenChain("leafOfProcessor", "intermediateProcessor", "root");
    }

    function test_verify__unknown_uncritical_extension__taken() public view {
        _takenChain("leafUnknownExtension", "intermediate", "root");
    }

    function test_verify__generalized_time__taken() public view {
        _takenChain("leaf", "intermediate", "rootEndsAfter2050");
    }

    function test_verify__nul_after_the_chain__taken() public view {
        Draft memory draft = goodDraft();
        draft.chain = bytes.concat(draft.chain, hex"00");
        taken(draft);
    }

    function test_validUntil__earliest_end__of_any_certificate() public view {
        uint256 ofLeaf = _takenChain("leafEndsEarly", "intermediate", "root").validUntil;
        uint256 ofCa = _takenChain("leaf", "intermediateEndsEarly", "root").validUntil;
        uint256 ofRoot = _takenChain("leaf", "intermediate", "rootEndsEarly").validUntil;
        vm.assertEq(ofLeaf, SHORT_END, "leaf");
        vm.assertEq(ofCa, SHORT_END, "intermediate");
        vm.assertEq(ofRoot, SHORT_END, "root");
    }

    /* --- validity -------------------------------------------------------------------------- */

    function test_verify__each_certificate_expired__refused() public {
        vm.warp(SHORT_END);
        _takenChain("leafEndsEarly", "intermediateEndsEarly", "rootEndsEarly");
        vm.warp(SHORT_END + 1);
        _takenChain("leaf", "intermediate", "root");
        _refuseTime("leafEndsEarly", "intermediate", "root", 0, false);
        _refuseTime("leaf", "intermediateEndsEarly", "root", 1, false);
        _refuseTime("leaf", "intermediate", "rootEndsEarly", 2, false);
    }

    function test_verify__each_certificate_not_yet_valid__refused() public {
        vm.warp(LATE_START);
        _takenChain("leafStartsLate", "intermediateStartsLate", "rootStartsLate");
        vm.warp(LATE_START - 1);
        _takenChain("leaf", "intermediate", "root");
        _refuseTime("leafStartsLate", "intermediate", "root", 0, true);
        _refuseTime("leaf", "intermediateStartsLate", "root", 1, true);
        _refuseTime("leaf", "intermediate", "rootStartsLate", 2, true);
    }

    function test_verify__window_of_the_whole_chain__exact() public {
        Draft memory draft = goodDraft();
        vm.warp(EARLY);
        taken(draft);
        vm.warp(END);
        taken(draft);
        vm.warp(EARLY - 1);
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.CertificateNotYetValid.selector, 2, EARLY, EARLY - 1)
        );
        vm.warp(END + 1);
        refused(
            draft, abi.encodeWithSelector(IDcapErrors.CertificateExpired.selector, 2, END, END + 1)
        );
    }

    /* --- signatures and names -------------------------------------------------------------- */

    function test_verify__leaf_of_foreign_ca__refused() public {
        _refuseSignature("leafSignedByOther", "intermediate", "root", 0);
    }

    function test_verify__intermediate_of_foreign_root__refused() public {
        _refuseSignature("leaf", "intermediateSignedByOther", "root", 1);
    }

    function test_verify__root_not_self_signed__refused() public {
        _refuseSignature("leaf", "intermediate", "rootSignedByOther", 2);
    }

    function test_verify__leaf_names_other_issuer__refused() public {
        _refuseChain(
            "leafOtherIssuer", "intermediate", "root", IDcapErrors.IssuerMismatch.selector, 0
        );
    }

    function test_verify__leaf_of_the_other_ca__refused() public {
        _refuseChain(
            "leafOfProcessor", "intermediate", "root", IDcapErrors.IssuerMismatch.selector, 0
        );
    }

    function test_verify__intermediate_names_other_issuer__refused() public {
        _refuseChain(
            "leaf", "intermediateOtherIssuer", "root", IDcapErrors.IssuerMismatch.selector, 1
        );
    }

    /// @dev A whole PKI with the same names under another root.
    function test_verify__foreign_root__refused() public {
        Draft memory draft = goodDraft();
        draft.chain = chainOf("leaf", "intermediate", "rootForeign");
        bytes memory quote = assemble(draft);
        vm.expectPartialRevert(IDcapErrors.RootMismatch.selector);
        verifier.verify(quote);
    }

    function test_verify__other_pinned_root__refused() public {
        _refuseOtherRoot(rootX() ^ 1, rootY());
        _refuseOtherRoot(rootX(), rootY() ^ 1);
    }

    /// @dev Any byte of any certificate: the DER, flipped and put into PEM again.
    function test_verify__any_byte_of_a_certificate_flipped__refused(uint256 which, uint256 offset)
        public
        view
    {
        string[3] memory names = ["leaf", "intermediate", "root"];
        which = bound(which, 0, 2);
        bytes memory der = _derOf(certificate(names[which]));
        flip(der, bound(offset, 0, der.length - 1));
        Draft memory draft = goodDraft();
        draft.chain = "";
        for (uint256 i = 0; i < names.length; ++i) {
            bytes memory pem = i == which ? _pemOf(der) : certificate(names[i]);
            draft.chain = bytes.concat(draft.chain, pem);
        }
        bytes memory quote = assemble(draft);
        try verifier.verify(quote) {
            revert("taken");
        } catch (bytes memory reason) {
            vm.assertTrue(reason.length >= 4, "refused with a reason");
        }
    }

    /// @dev The control of the test above: PEM written anew is the same certificate.
    function test_verify__certificate_written_anew__taken() public view {
        Draft memory draft = goodDraft();
        draft.chain = bytes.concat(
            _pemOf(_derOf(certificate("leaf"))), certificate("intermediate"), certificate("root")
        );
        taken(draft);
    }

    /* --- what the keys may do -------------------------------------------------------------- */

    function test_verify__intermediate_not_authority__refused() public {
        string[3] memory bent = [
            "intermediateNotAuthority", "intermediateWithoutConstraints", "intermediateSignsNothing"
        ];
        for (uint256 i = 0; i < bent.length; ++i) {
            Draft memory draft = goodDraft();
            draft.chain = chainOf("leaf", bent[i], "root");
            refused(draft, abi.encodeWithSelector(IDcapErrors.IntermediateNotAuthority.selector));
        }
    }

    function test_verify__tcb_signing_as_intermediate__refused() public {
        Draft memory draft = goodDraft();
        draft.chain = chainOf("leaf", "intermediateTcbSigning", "root");
        bytes32 name = keccak256("Intel SGX TCB Signing");
        refused(draft, abi.encodeWithSelector(IDcapErrors.IntermediateNameRefused.selector, name));
    }

    function test_verify__root_as_intermediate__refused() public {
        Draft memory draft = goodDraft();
        draft.chain = chainOf("leaf", "root", "root");
        bytes32 name = keccak256("Intel SGX Root CA");
        refused(draft, abi.encodeWithSelector(IDcapErrors.IntermediateNameRefused.selector, name));
    }

    function test_verify__intermediate_with_two_names__refused() public {
        _refusePartly("leaf", "intermediateTwoNames", IDcapErrors.CertificateMalformed.selector);
    }

    function test_verify__leaf_is_authority__refused() public {
        _refusePartly("leafIsAuthority", "intermediate", IDcapErrors.LeafIsAuthority.selector);
    }

    function test_verify__leaf_signs_nothing__refused() public {
        _refusePartly("leafSignsNothing", "intermediate", IDcapErrors.LeafKeyUsageRefused.selector);
    }

    function test_verify__leaf_without_sgx_extension__refused() public {
        _refusePartly("leafWithoutSgx", "intermediate", IDcapErrors.LeafNotPck.selector);
    }

    /* --- form ------------------------------------------------------------------------------ */

    function test_verify__sha384_signature__refused() public {
        bytes4 selector = IDcapErrors.CertificateAlgorithmRefused.selector;
        _refusePartly("leafSha384", "intermediate", selector);
    }

    function test_verify__p384_key__refused() public {
        _refusePartly("leafP384", "intermediate", IDcapErrors.CertificateKeyRefused.selector);
    }

    function test_verify__unknown_critical_extension__refused() public {
        bytes4 selector = IDcapErrors.CriticalExtensionUnknown.selector;
        _refusePartly("leafUnknownCriticalExtension", "intermediate", selector);
    }

    function test_verify__chain_of_other_length__refused() public {
        bytes memory two = bytes.concat(certificate("leaf"), certificate("intermediate"));
        bytes memory three = chainOf("leaf", "intermediate", "root");
        _refusePem("", 0);
        _refusePem(certificate("leaf"), certificate("leaf").length);
        _refusePem(two, two.length);
        _refusePem(bytes.concat(three, certificate("root")), three.length);
    }

    function test_verify__bytes_after_the_chain__refused() public {
        bytes memory three = chainOf("leaf", "intermediate", "root");
        _refusePem(bytes.concat(three, hex"0000"), three.length);
        _refusePem(bytes.concat(three, "\n"), three.length);
    }

    function test_verify__chain_reversed__refused() public {
        Draft memory draft = goodDraft();
        draft.chain = chainOf("root", "intermediate", "leaf");
        bytes memory quote = assemble(draft);
        vm.expectPartialRevert(IDcapErrors.RootMismatch.selector);
        verifier.verify(quote);
    }

    function _refuseOtherRoot(uint256 x, uint256 y) private {
        verifier = deployVerifier(x, y, qeMrSigner());
        refused(
            goodDraft(), abi.encodeWithSelector(IDcapErrors.RootMismatch.selector, rootX(), rootY())
        );
    }

    function _takenChain(string memory leaf, string memory intermediate, string memory root)
        private
        view
        returns (VerifiedQuote memory)
    {
        Draft memory draft = goodDraft();
        draft.chain = chainOf(leaf, intermediate, root);
        return taken(draft);
    }

    function _refuseChain(
        string memory leaf,
        string memory intermediate,
        string memory root,
        bytes4 selector,
        uint256 index
    ) private {
        Draft memory draft = goodDraft();
        draft.chain = chainOf(leaf, intermediate, root);
        refused(draft, abi.encodeWithSelector(selector, index));
    }

    function _refuseSignature(
        string memory leaf,
        string memory intermediate,
        string memory root,
        uint256 index
    ) private {
        bytes4 selector = IDcapErrors.CertificateSignatureInvalid.selector;
        _refuseChain(leaf, intermediate, root, selector, index);
    }

    function _refuseTime(
        string memory leaf,
        string memory intermediate,
        string memory root,
        uint256 index,
        bool tooEarly
    ) private {
        Draft memory draft = goodDraft();
        draft.chain = chainOf(leaf, intermediate, root);
        bytes memory reason = tooEarly
            ? abi.encodeWithSelector(
                IDcapErrors.CertificateNotYetValid.selector, index, LATE_START, LATE_START - 1
            )
            : abi.encodeWithSelector(
                IDcapErrors.CertificateExpired.selector, index, SHORT_END, SHORT_END + 1
            );
        refused(draft, reason);
    }

    function _refusePartly(string memory leaf, string memory intermediate, bytes4 selector)
        private
    {
        Draft memory draft = goodDraft();
        draft.chain = chainOf(leaf, intermediate, "root");
        bytes memory quote = assemble(draft);
        vm.expectPartialRevert(selector);
        verifier.verify(quote);
    }

    function _refusePem(bytes memory chain, uint256 offset) private {
        Draft memory draft = goodDraft();
        draft.chain = chain;
        refused(draft, abi.encodeWithSelector(IDcapErrors.PemInvalid.selector, offset));
    }

    /// @dev Written unlike the verifier: all characters between the first and last line.
    function _derOf(bytes memory pem) private pure returns (bytes memory) {
        bytes memory characters;
        for (uint256 i = 28; i < pem.length - 26; ++i) {
            if (pem[i] != "\n") characters = bytes.concat(characters, pem[i]);
        }
        return Base64.decode(string(characters));
    }

    function _pemOf(bytes memory der) private pure returns (bytes memory pem) {
        bytes memory characters = bytes(Base64.encode(der));
        pem = "-----BEGIN CERTIFICATE-----\n";
        for (uint256 i = 0; i < characters.length; i += 64) {
            uint256 end = i + 64 < characters.length ? i + 64 : characters.length;
            pem = bytes.concat(pem, slice(characters, i, end), "\n");
        }
        pem = bytes.concat(pem, "-----END CERTIFICATE-----\n");
    }
}
