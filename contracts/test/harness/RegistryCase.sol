// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evidence, TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {
    Enclave,
    SignerStatus,
    UpstreamReportData,
    VerifierKind
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "./QuoteForge.sol";
import {TestCase} from "./TestCase.sol";
import {VerifierDouble} from "./VerifierDouble.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @notice Base of the registry's tests: a registry at block 1000 with a double as its verifier,
/// which allows one trust domain and one enclave.
abstract contract RegistryCase is TestCase {
    using QuoteForge for QuoteDraft;

    address internal constant OWNER = address(0x0001);
    address internal constant GUARDIAN = address(0x6a2d);
    address internal constant RELAYER = address(0x2e1a);
    uint64 internal constant START = 1_800_000_000;
    uint256 internal constant BLOCK = 1000;
    uint64 internal constant FAR = 2_500_000_000;
    bytes32 internal constant PLATFORM = keccak256("platform");
    bytes6 internal constant FMSPC = "fmspc!";
    uint16 internal constant UP_TO_DATE = 1;
    string internal constant REASON = "because";

    /// @dev Keys of signers.
    uint256 internal constant KEY = 0x519e;
    uint256 internal constant NEXT_KEY = 0x519f;

    ITEERegistry internal registry;
    VerifierDouble internal double;
    bytes32 internal measurement;
    bytes32 internal enclaveMeasurement;

    function setUp() public virtual {
        vm.warp(START);
        rollTo(BLOCK);
        double = new VerifierDouble();
        sayStatus(TcbStatus.UpToDate);
        registry = deployRegistry(address(double));
        measurement = tdMeasurement(QuoteForge.draft(Form.TdV4));
        vm.prank(OWNER);
        registry.setGuardian(GUARDIAN);
        vm.prank(OWNER);
        registry.allowMeasurement(measurement);
        vm.prank(OWNER);
        registry.allowEnclave(goodEnclave(), UP_TO_DATE);
        enclaveMeasurement = registry.enclaveMeasurement(
            QuoteForge.MR_ENCLAVE, QuoteForge.MR_SIGNER, QuoteForge.ISV_PROD_ID
        );
    }

    function deployRegistry(address verifier) internal returns (ITEERegistry) {
        bytes memory arguments = abi.encode(verifier, VerifierKind.Own, OWNER, address(0));
        return ITEERegistry(vm.deployCode("TEERegistry.sol:TEERegistry", arguments));
    }

    function goodEnclave() internal pure returns (Enclave memory) {
        return Enclave({
            mrEnclave: QuoteForge.MR_ENCLAVE,
            mrSigner: QuoteForge.MR_SIGNER,
            isvProdId: QuoteForge.ISV_PROD_ID,
            minimumSvn: QuoteForge.ISV_SVN,
            attributes: QuoteForge.ENCLAVE_ATTRIBUTES,
            attributesMask: bytes16(type(uint128).max)
        });
    }

    /* --- the verifier's double ------------------------------------------------------------- */

    function goodVerdict() internal pure returns (Verdict memory) {
        return Verdict(TcbStatus.UpToDate, FAR, FMSPC, PLATFORM, 0);
    }

    function sayStatus(TcbStatus status) internal {
        Verdict memory verdict = goodVerdict();
        verdict.status = status;
        double.say(verdict);
    }

    function sayValidUntil(uint64 validUntil) internal {
        Verdict memory verdict = goodVerdict();
        verdict.validUntil = validUntil;
        double.say(verdict);
    }

    function sayPlatform(bytes32 platform) internal {
        Verdict memory verdict = goodVerdict();
        verdict.platform = platform;
        double.say(verdict);
    }

    /* --- the chain ------------------------------------------------------------------------- */

    /// @notice Go to a block; the 256 before it have hashes, as on a chain.
    function rollTo(uint256 number) internal {
        vm.roll(number);
        for (uint256 i = 1; i <= 256 && i <= number; ++i) {
            vm.setBlockhash(number - i, hashOf(number - i));
        }
    }

    function hashOf(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("block", number));
    }

    function newestBlock() internal view returns (uint64) {
        return uint64(block.number - 1);
    }

    /* --- quotes ---------------------------------------------------------------------------- */

    /// @notice keccak256 of the 400 bytes, computed from offsets written out here.
    function tdMeasurement(QuoteDraft memory draft) internal pure returns (bytes32) {
        uint256 start = QuoteForge.bodyOf(draft.form) + 120;
        return keccak256(slice(draft.region, start, start + 400));
    }

    /// @notice Our report data for an admission, as its definition says, not as the contract
    /// computes it.
    function reportData(address signer, uint64 number, bytes32 blockHash)
        internal
        view
        returns (bytes32 high, bytes32 low)
    {
        high = bytes32(abi.encodePacked(signer, number, "ATT1"));
        bytes32 typeHash = keccak256(
            "ReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,bytes32 blockHash)"
        );
        low = keccak256(
            abi.encode(typeHash, block.chainid, address(registry), signer, number, blockHash)
        );
    }

    /// @notice The same for a renewal under the admission of this template.
    function renewalReportData(address signer, uint64 number, bytes32 blockHash, address template)
        internal
        view
        returns (bytes32 high, bytes32 low)
    {
        high = bytes32(abi.encodePacked(signer, number, "ATR1"));
        bytes32 typeHash = keccak256(
            "RenewalReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,bytes32 blockHash,address template)"
        );
        low = keccak256(
            abi.encode(
                typeHash, block.chainid, address(registry), signer, number, blockHash, template
            )
        );
    }

    /// @notice The name of a draft's evidence, by what the double would say of it.
    function templateOf(QuoteDraft memory draft) internal view virtual returns (address) {
        Evidence memory said = double.describe(draft.compact(0, 0), false);
        return draft.template(address(registry), said.platform, said.fmspc, said.evidence);
    }

    function compactQuote(QuoteDraft memory draft, address signer, uint64 number)
        internal
        view
        returns (bytes memory)
    {
        (bytes32 high, bytes32 low) = reportData(signer, number, hashOf(number));
        return draft.compact(high, low);
    }

    function rawQuote(QuoteDraft memory draft, address signer, uint64 number)
        internal
        view
        returns (bytes memory)
    {
        (bytes32 high, bytes32 low) = reportData(signer, number, hashOf(number));
        return draft.raw(high, low);
    }

    /// @notice For an admission of the usual draft that keeps the key.
    function possession(uint256 key, uint64 number, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        return possession(QuoteForge.draft(Form.TdV4), key, number, deadline, true);
    }

    function possession(
        QuoteDraft memory draft,
        uint256 key,
        uint64 number,
        uint256 deadline,
        bool keepKey
    ) internal view returns (bytes memory) {
        address template = templateOf(draft);
        bytes32 digest =
            registry.possessionDigest(vm.addr(key), number, template, deadline, keepKey);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /* --- ways to register ------------------------------------------------------------------ */

    /// @notice Admit a signer with a good quote of the newest block.
    function admit(QuoteDraft memory draft, uint256 key, bool keepKey) internal {
        uint64 number = newestBlock();
        bytes memory quote = compactQuote(draft, vm.addr(key), number);
        bytes memory proof = possession(draft, key, number, block.timestamp, keepKey);
        vm.prank(RELAYER);
        registry.admit(quote, block.timestamp, proof, keepKey);
    }

    function admit(uint256 key, bool keepKey) internal {
        admit(QuoteForge.draft(Form.TdV4), key, keepKey);
    }

    function renew(QuoteDraft memory draft, uint32 id, address signer) internal {
        uint64 number = newestBlock();
        (bytes32 r, bytes32 s) = renewalSignature(draft, signer, number);
        vm.prank(RELAYER);
        registry.renew(id, signer, number, uint256(r), uint256(s));
    }

    function renewalSignature(QuoteDraft memory draft, address signer, uint64 number)
        internal
        view
        returns (bytes32 r, bytes32 s)
    {
        return renewalSignature(draft, templateOf(draft), signer, number);
    }

    /// @notice The same under the admission of another template.
    function renewalSignature(
        QuoteDraft memory draft,
        address template,
        address signer,
        uint64 number
    ) internal view returns (bytes32 r, bytes32 s) {
        (bytes32 high, bytes32 low) = renewalReportData(signer, number, hashOf(number), template);
        return draft.sign(high, low);
    }

    /// @notice Report data for upstream's register, as an honest signer makes it.
    function upstreamData(address signer, uint256 number)
        internal
        pure
        returns (UpstreamReportData memory)
    {
        return UpstreamReportData(number, hashOf(number), signer);
    }

    function upstreamQuote(UpstreamReportData memory data) internal pure returns (bytes memory) {
        bytes32 digest = keccak256(
            abi.encode(data.referenceBlockNumber, data.referenceBlockHash, data.proverAddress)
        );
        bytes32 high = bytes32(uint256(uint160(data.proverAddress)));
        return QuoteForge.draft(Form.TdV4).raw(high, digest);
    }

    function registerNow(address signer) internal {
        UpstreamReportData memory data = upstreamData(signer, block.number - 1);
        // Made before: a prank is over with the first call, and hashing is one.
        bytes memory quote = upstreamQuote(data);
        vm.prank(RELAYER);
        registry.register(data, quote);
    }

    /// @notice The number of the admission under which a signer was registered.
    function admissionOf(address signer) internal view returns (uint32) {
        return registry.registration(signer).admission;
    }

    /// @notice The same for a key.
    function admissionOf(uint256 key) internal view returns (uint32) {
        return admissionOf(vm.addr(key));
    }

    /* --- assertions ------------------------------------------------------------------------ */

    function assertStatus(address signer, SignerStatus expected) internal view {
        uint256 actual = uint256(registry.signerStatus(signer));
        vm.assertEq(actual, uint256(expected), "status");
        bool isValid = expected == SignerStatus.Valid;
        vm.assertTrue(registry.verifyAttestedProver(signer) == isValid, "verifyAttestedProver");
    }

    function ownable() internal view returns (Ownable2Step) {
        return Ownable2Step(address(registry));
    }
}
