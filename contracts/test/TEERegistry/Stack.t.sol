// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Evidence, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {
    SignerStatus,
    UpstreamReportData,
    VerifierKind
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Asn1} from "../harness/Asn1.sol";
import {QeIdentity, TcbInfo} from "../harness/CollateralMaker.sol";
import {QuoteForge} from "../harness/QuoteForge.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice The registry on the verifier itself: what Intel takes back evicts, and no encoding of a
/// quote makes a difference.
contract TEERegistryStackTest is SimulatedPlatform {
    uint256 private constant KEY = 0x519e;
    uint256 private constant NEXT_KEY = 0x519f;
    uint256 private constant BLOCK = 1000;
    address private constant NEXT = address(0xe1);
    address private constant STRANGER = address(0xbad);
    uint256 private constant REGION = 632;
    uint256 private constant CERTIFICATE = REGION + 608;

    ITEERegistry private registry;
    uint32 private id;

    function setUp() public {
        setUpPlatform();
        vm.roll(BLOCK);
        for (uint256 i = 1; i < 256; ++i) {
            vm.setBlockhash(BLOCK - i, keccak256(abi.encode(BLOCK - i)));
        }
        bytes memory arguments =
            abi.encode(address(verifier), VerifierKind.Own, address(this), address(0));
        registry = ITEERegistry(vm.deployCode("TEERegistry.sol:TEERegistry", arguments));
        registry.allowMeasurement(measurementOf(goodDraft()));
        registry.admit(_compact(KEY), type(uint256).max, _possession(KEY), true);
        id = registry.registration(vm.addr(KEY)).admission;
        vm.assertTrue(registry.admission(id).isLive, "live");
    }

    /* --- evidence is what was verified --------------------------------------------------------- */

    function test_describe__every_encoding__one_evidence_and_the_verdicts() public view {
        for (uint256 kind = 0; kind < 6; ++kind) {
            Draft memory draft = draftOf(kind);
            Verdict memory verdict = taken(draft);
            Evidence memory raw = verifier.describe(assemble(draft), true);
            vm.assertEq(raw.evidence, verdict.evidence, "evidence");
            vm.assertEq(raw.platform, verdict.platform, "platform");
            vm.assertEq(bytes32(raw.fmspc), bytes32(verdict.fmspc), "fmspc");
            Evidence memory compact_ = verifier.describe(compact(draft), false);
            vm.assertEq(abi.encode(compact_), abi.encode(raw), "compact");
        }
    }

    function test_describe__other_certificate_or_report__other_evidence() public view {
        bytes memory quote = compact(goodDraft());
        bytes32 evidence = verifier.describe(quote, false).evidence;
        flip(quote, REGION + 128);
        vm.assertTrue(verifier.describe(quote, false).evidence != evidence, "QE report");
        Draft memory draft = goodDraft();
        draft.pck.serial = 7;
        vm.assertTrue(verifier.describe(compact(draft), false).evidence != evidence, "PCK");
    }

    function test_admit__copied_as_raw_with_text_after_the_chain__own_quotes_recheck() public {
        registry.revokeAdmission(id, "");
        bytes memory own = _compact(NEXT_KEY);
        Draft memory copy = _draftFor(vm.addr(NEXT_KEY));
        copy.chainTail = "whatever a stranger puts there";
        vm.prank(STRANGER);
        registry.admitRaw(assemble(copy), type(uint256).max, _possession(NEXT_KEY), true);
        vm.assertTrue(registry.admission(id).isLive, "enrolled");
        registry.recheck(own);
        registry.recheckRaw(assemble(_draftFor(vm.addr(NEXT_KEY))));
        _renew(NEXT);
    }

    /// @dev Each of the signatures in it has a twin that holds as well.
    function test_admit__copied_with_the_twin_of_the_cas_signature__own_quotes_recheck() public {
        registry.revokeAdmission(id, "");
        bytes memory own = _compact(NEXT_KEY);
        bytes memory tbs = tbsOf(goodDraft().pck);
        (bytes32 r, bytes32 s) = vm.signP256(CA_KEY, sha256(tbs));
        bytes memory twin = Asn1.signed(tbs, r, bytes32(P256_ORDER - uint256(s)));
        bytes memory copy = bytes.concat(slice(own, 0, CERTIFICATE), twin);
        vm.assertTrue(keccak256(copy) != keccak256(own), "differs");
        vm.prank(STRANGER);
        registry.admit(copy, type(uint256).max, _possession(NEXT_KEY), true);
        registry.recheck(own);
        vm.assertEq(uint256(registry.registration(vm.addr(NEXT_KEY)).admission), id, "number");
    }

    /* --- what Intel takes back ----------------------------------------------------------------- */

    function test_recheck__pck_ca_revoked_by_the_root__evicts() public {
        store.setAuthority(CA_KEY_ID, caRecord & ~(uint256(type(uint40).max) << 200));
        _assertEvicts(IDcapErrors.CollateralRevoked.selector);
    }

    function test_recheck__pck_revoked__evicts() public {
        store.revoke(CA_KEY_ID, goodDraft().pck.serial, START);
        _assertEvicts(IDcapErrors.PckRevoked.selector);
    }

    /// @dev Nobody has uploaded the next list: what the store knows of the certificate is known.
    function test_recheck__pck_revoked_by_a_list_that_has_ended__evicts() public {
        store.revoke(CA_KEY_ID, goodDraft().pck.serial, START);
        store.setAuthority(CA_KEY_ID, caRecord & ~(uint256(type(uint40).max) << 200) | 1 << 200);
        _assertEvicts(IDcapErrors.PckRevoked.selector);
    }

    function test_recheck__platform_below_every_level__evicts() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.levels[0].pceSvn = 20;
        info.levels[1].pceSvn = 14;
        keep(info, TDX);
        _assertEvicts(IDcapErrors.TcbLevelNotFound.selector);
    }

    function test_recheck__quoting_enclave_below_every_level__evicts() public {
        QeIdentity memory identity = goodIdentity(TDX);
        identity.levels = hex"000900";
        keep(identity, TDX);
        _assertEvicts(IDcapErrors.QeSvnRefused.selector);
    }

    function test_recheck__other_signer_of_the_quoting_enclave__evicts() public {
        QeIdentity memory identity = goodIdentity(TDX);
        identity.mrSigner = keccak256("another");
        keep(identity, TDX);
        _assertEvicts(IDcapErrors.QeSignerRefused.selector);
    }

    function test_recheck__no_module_of_its_version__evicts() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.modules[1].version = 2;
        keep(info, TDX);
        _assertEvicts(IDcapErrors.ModuleUnknown.selector);
    }

    /// @dev The TCB info is gone until Intel's next is uploaded: that says nothing of the platform.
    function test_recheck__tcb_signer_revoked_or_collateral_expired__reverts() public {
        bytes memory quote = _compact(KEY);
        uint256 snapshot = vm.snapshotState();
        store.setAuthority(CA_KEY_ID, caRecord + (1 << 240));
        vm.expectPartialRevert(IDcapErrors.CollateralSignerRevoked.selector);
        registry.recheck(quote);
        vm.revertToState(snapshot);
        vm.warp(QE_END + 1);
        vm.expectPartialRevert(IDcapErrors.CollateralExpired.selector);
        registry.recheck(quote);
    }

    /// @dev A certificate that nobody signed, with the serial of one that is revoked: the verifier
    /// looks at the revocation before the signature, and it ends nobody.
    function test_recheck__forged_certificate_with_a_revoked_serial__ends_nobody() public {
        store.revoke(CA_KEY_ID, 7, START);
        Draft memory forged = _draftFor(vm.addr(KEY));
        forged.pck.serial = 7;
        bytes memory quote = compact(forged);
        vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
        registry.recheck(quote);
        vm.assertTrue(registry.verifyAttestedProver(vm.addr(KEY)), "valid");
    }

    /// @dev Whatever is done to a good quote, by any gas: a good platform's signers stay.
    function test_recheck__good_quote_with_any_byte_and_gas__evicts_nobody(
        uint256 place,
        uint8 mask,
        uint256 limit
    ) public {
        bytes memory quote = _compact(KEY);
        place = bound(place, 0, quote.length - 1);
        quote[place] = bytes1(uint8(quote[place]) ^ mask);
        limit = bound(limit, 10_000, 500_000);
        (bool success,) =
            address(registry).call{gas: limit}(abi.encodeCall(registry.recheck, (quote)));
        vm.assertFalse(success && mask != 0 && place < REGION, "signed");
        vm.assertTrue(registry.verifyAttestedProver(vm.addr(KEY)), "valid");
        vm.assertTrue(registry.admission(id).isLive, "live");
    }

    function test_recheckRaw__signer_of_upstreams_call__evicted() public {
        Draft memory draft = goodDraft();
        UpstreamReportData memory data =
            UpstreamReportData(BLOCK - 1, blockhash(BLOCK - 1), address(0xe7));
        setReportData(
            draft, bytes32(uint256(uint160(data.proverAddress))), keccak256(abi.encode(data))
        );
        bytes memory quote = assemble(draft);
        registry.register(data, quote);
        vm.assertTrue(registry.verifyAttestedProver(address(0xe7)), "valid");
        TcbInfo memory info = goodTcbInfo(TDX);
        info.levels[0].pceSvn = 20;
        info.levels[1].pceSvn = 14;
        keep(info, TDX);
        vm.prank(STRANGER);
        registry.recheckRaw(quote);
        vm.assertFalse(registry.verifyAttestedProver(address(0xe7)), "evicted");
    }

    /* --- helpers ------------------------------------------------------------------------------- */

    /// @dev The signers of now end, and none can be renewed.
    function _assertEvicts(bytes4 error_) private {
        _renew(NEXT);
        bytes memory quote = _compact(KEY);
        vm.expectPartialRevert(error_);
        verifier.verify(quote);
        vm.prank(STRANGER);
        registry.recheck(quote);
        _assertEnded(vm.addr(KEY));
        _assertEnded(NEXT);
        vm.assertFalse(registry.admission(id).isLive, "live");
    }

    function _assertEnded(address signer) private view {
        uint256 status = uint256(registry.signerStatus(signer));
        vm.assertEq(status, uint256(SignerStatus.AdmissionEnded), "status");
    }

    function _draftFor(address signer) private view returns (Draft memory draft) {
        draft = goodDraft();
        (bytes32 high, bytes32 low) =
            registry.reportData(signer, uint64(BLOCK - 1), blockhash(BLOCK - 1));
        setReportData(draft, high, low);
    }

    function _compact(uint256 key) private view returns (bytes memory) {
        return compact(_draftFor(vm.addr(key)));
    }

    function _possession(uint256 key) private view returns (bytes memory) {
        bytes32 digest = registry.possessionDigest(
            vm.addr(key), uint64(BLOCK - 1), _template(), type(uint256).max, true
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _template() private view returns (address) {
        Draft memory draft = goodDraft();
        Evidence memory said = verifier.describe(compact(draft), false);
        bytes memory key = attestationKey();
        setReportData(draft, bytes32(slice(key, 0, 32)), bytes32(slice(key, 32, 64)));
        return QuoteForge.templateOf(
            bytes.concat(draft.header, draft.body),
            address(registry),
            said.platform,
            said.fmspc,
            said.evidence
        );
    }

    function _renew(address signer) private {
        Draft memory draft = goodDraft();
        (bytes32 high, bytes32 low) = registry.renewalReportData(
            signer, uint64(BLOCK - 1), blockhash(BLOCK - 1), registry.admission(id).template
        );
        setReportData(draft, high, low);
        bytes memory pair = signature(ATTESTATION_KEY, bytes.concat(draft.header, draft.body));
        uint256 r = uint256(bytes32(slice(pair, 0, 32)));
        uint256 s = uint256(bytes32(slice(pair, 32, 64)));
        registry.renew(id, signer, uint64(BLOCK - 1), r, s);
        vm.assertTrue(registry.verifyAttestedProver(signer), "renewed");
    }
}
