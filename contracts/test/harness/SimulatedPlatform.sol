// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier, VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {TestCase} from "./TestCase.sol";

/// @notice The parts of a quote before they are signed and put together; tests change single ones.
/// @param header 48 bytes
/// @param descriptor type and size of the body in version 5, else empty
/// @param body the TD report
/// @param qeReport the quoting enclave's report; its report data is filled in by `assemble`
/// @param qeTail the second half of the quoting enclave's report data
/// @param authenticationData what the quoting enclave binds beside the key
/// @param outerType type of the outer certification data
/// @param innerType type of the inner certification data
/// @param chain PEM text
struct Draft {
    bytes header;
    bytes descriptor;
    bytes body;
    bytes qeReport;
    bytes32 qeTail;
    bytes authenticationData;
    uint16 outerType;
    uint16 innerType;
    bytes chain;
}

/// @notice Quotes of the simulated platform in test/fixtures/simulated.json, written down in
/// Solidity and signed by the keys of its PKI.
abstract contract SimulatedPlatform is TestCase {
    string private constant FIXTURE = "contracts/test/fixtures/simulated.json";
    uint256 internal constant ATTESTATION_KEY = 0xa77e57;

    uint256 internal constant TD_ATTRIBUTES = 120;
    uint256 internal constant MEASURED = 400;
    uint256 internal constant REPORT_DATA = 520;
    uint256 internal constant QE_REPORT_DATA = 320;

    string internal fixture;
    uint256 internal pckKey;
    IDcapVerifier internal verifier;
    Draft private _good;

    function setUpPlatform() internal {
        fixture = vm.readFile(FIXTURE);
        pckKey = vm.parseJsonUint(fixture, ".pckKey");
        vm.chainId(31337);
        vm.warp(vm.parseJsonUint(fixture, ".timestamp"));
        verifier = deployVerifier(rootX(), rootY(), qeMrSigner());
        _good = _makeGoodDraft();
    }

    function rootX() internal view returns (uint256) {
        return vm.parseJsonUint(fixture, ".rootX");
    }

    function rootY() internal view returns (uint256) {
        return vm.parseJsonUint(fixture, ".rootY");
    }

    function qeMrSigner() internal view returns (bytes32) {
        return bytes32(vm.parseJsonBytes(fixture, ".qeMrSigner"));
    }

    /// @notice PEM text of one certificate of the fixture.
    function certificate(string memory name) internal view returns (bytes memory) {
        return bytes(vm.parseJsonString(fixture, string.concat(".certificates.", name)));
    }

    function chainOf(string memory leaf, string memory intermediate, string memory root)
        internal
        view
        returns (bytes memory)
    {
        return bytes.concat(certificate(leaf), certificate(intermediate), certificate(root));
    }

    /// @notice A version 4 quote's parts, good in every respect: a fresh copy in memory.
    function goodDraft() internal view returns (Draft memory) {
        return _good;
    }

    function _makeGoodDraft() private view returns (Draft memory draft) {
        bytes16 vendor = 0x939a7233f79c4ca9940a0db3957f0607;
        draft.header = bytes.concat(hex"0400020081000000", bytes4(0), vendor, bytes20(0));
        draft.body = new bytes(584);
        overwrite(draft.body, TD_ATTRIBUTES, hex"0000001000000000e700060000000000");
        overwrite(draft.body, 136, "SIMULATED mrTd");
        draft.qeReport = new bytes(384);
        overwrite(draft.qeReport, 48, hex"1100000000000000e700000000000000");
        overwrite(draft.qeReport, 128, bytes.concat(qeMrSigner()));
        draft.qeReport[256] = 0x02;
        draft.authenticationData = "SIMULATED QE AUTHENTICATION DATA";
        draft.outerType = 6;
        draft.innerType = 5;
        draft.chain = chainOf("leaf", "intermediate", "root");
    }

    /// @notice Turn a draft into version 5: body type 2 (TD 1.0) or 3 (TD 1.5).
    function makeVersion5(Draft memory draft, uint16 bodyType) internal pure {
        draft.header[0] = 0x05;
        if (bodyType == 3) draft.body = bytes.concat(draft.body, new bytes(64));
        draft.descriptor = bytes.concat(littleEndian16(bodyType), littleEndian32(draft.body.length));
    }

    function setReportData(Draft memory draft, bytes32 high, bytes32 low) internal pure {
        overwrite(draft.body, REPORT_DATA, bytes.concat(high, low));
    }

    function measurementOf(Draft memory draft) internal pure returns (bytes32) {
        return keccak256(slice(draft.body, TD_ATTRIBUTES, TD_ATTRIBUTES + MEASURED));
    }

    /// @notice What the verifier says of the draft's quote, which it must take.
    function taken(Draft memory draft) internal view returns (VerifiedQuote memory) {
        return verifier.verify(assemble(draft));
    }

    /// @notice The verifier must refuse the draft's quote for exactly this reason.
    function refused(Draft memory draft, bytes memory reason) internal {
        bytes memory quote = assemble(draft);
        vm.expectRevert(reason);
        verifier.verify(quote);
    }

    /// @notice The quote of a draft, with all signatures as they should be.
    function assemble(Draft memory draft) internal view returns (bytes memory) {
        bytes memory key = attestationKey();
        bytes32 bound = sha256(bytes.concat(key, draft.authenticationData));
        overwrite(draft.qeReport, QE_REPORT_DATA, bytes.concat(bound, draft.qeTail));
        return join(draft, key);
    }

    /// @notice As `assemble`, with the quoting enclave's report as it stands in the draft.
    function join(Draft memory draft, bytes memory key) internal view returns (bytes memory) {
        bytes memory signed = bytes.concat(draft.header, draft.descriptor, draft.body);
        bytes memory authentication = bytes.concat(
            signature(ATTESTATION_KEY, signed),
            key,
            _certification(draft.outerType, _evidence(draft))
        );
        return bytes.concat(signed, littleEndian32(authentication.length), authentication);
    }

    function _evidence(Draft memory draft) private view returns (bytes memory) {
        return bytes.concat(
            draft.qeReport,
            signature(pckKey, draft.qeReport),
            littleEndian16(draft.authenticationData.length),
            draft.authenticationData,
            _certification(draft.innerType, draft.chain)
        );
    }

    function _certification(uint16 kind, bytes memory data) private pure returns (bytes memory) {
        return bytes.concat(littleEndian16(kind), littleEndian32(data.length), data);
    }

    function attestationKey() internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(ATTESTATION_KEY);
        return abi.encode(x, y);
    }

    function signature(uint256 key, bytes memory message) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(key, sha256(message));
        return bytes.concat(r, s);
    }

    function littleEndian16(uint256 value) internal pure returns (bytes memory) {
        return bytes.concat(bytes1(bytes32(value << 248)), bytes1(bytes32((value >> 8) << 248)));
    }

    function littleEndian32(uint256 value) internal pure returns (bytes memory) {
        return bytes.concat(littleEndian16(value), littleEndian16(value >> 16));
    }
}
