// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {CollateralMaker, Level, Module, QeIdentity, TcbInfo} from "./CollateralMaker.sol";
import {PckDraft, PckMaker} from "./PckMaker.sol";
import {PemText} from "./PemText.sol";
import {StoreDouble} from "./StoreDouble.sol";

/// @notice The parts of a quote before they are signed and put together; tests change single ones.
/// @param header 48 bytes
/// @param descriptor type and size of the body in version 5, else empty
/// @param body the report of a trust domain or of an enclave
/// @param qeReport the quoting enclave's report; its report data is filled in by `bind`
/// @param qeTail the second half of the quoting enclave's report data
/// @param authenticationData what the quoting enclave binds beside the key
/// @param outerType type of the outer certification data
/// @param innerType type of the inner certification data
/// @param pck the machine's certificate
/// @param chainTail PEM text that follows the machine's certificate
struct Draft {
    bytes header;
    bytes descriptor;
    bytes body;
    bytes qeReport;
    bytes32 qeTail;
    bytes authenticationData;
    uint16 outerType;
    uint16 innerType;
    PckDraft pck;
    bytes chainTail;
}

/// @notice A machine with all collateral, written down in Solidity, whose quotes are good.
abstract contract SimulatedPlatform is PckMaker {
    uint256 internal constant ATTESTATION_KEY = 0xa77e57;
    uint256 internal constant START = 1_767_225_600;
    uint256 internal constant CA_END = START + 20 days;
    uint256 internal constant TCB_END = START + 15 days;
    uint256 internal constant QE_END = START + 10 days;
    bytes32 internal constant QE_MR_SIGNER = "SIMULATED QUOTING ENCLAVE SIGNER";
    uint256 internal constant TDX = 0x81;
    uint128 internal constant CPU_SVN = 0x04040202030100030000000000000000;
    uint128 internal constant TEE_TCB_SVN = 0x04010700000000000000000000000000;

    uint256 internal constant TD_ATTRIBUTES = 120;
    uint256 internal constant MEASURED = 400;
    uint256 internal constant REPORT_DATA = 520;
    uint256 internal constant TEE_TCB_SVN_2 = 584;
    uint256 internal constant QE_REPORT_DATA = 320;

    IDcapVerifier internal verifier;
    StoreDouble internal store;
    uint256 internal caRecord;

    function setUpPlatform() internal {
        vm.chainId(31337);
        vm.warp(START);
        store = new StoreDouble();
        verifier = deployVerifier(address(store));
        (uint256 x, uint256 y) = vm.publicKeyP256(CA_KEY);
        bytes memory ca = abi.encode(x, y, keccak256(goodPck().issuer), keccak256("CA"));
        caRecord = store.keep(ca, START - 10 days, CA_END, 3);
        store.setAuthority(CA_KEY_ID, caRecord);
        keep(goodTcbInfo(TDX), TDX);
        keep(goodTcbInfo(0), 0);
        keep(goodIdentity(TDX), TDX);
        keep(goodIdentity(0), 0);
    }

    /* --- collateral ------------------------------------------------------------------------ */

    function keyOf(uint256 teeType) internal pure returns (uint256) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return (teeType << 48) | uint48(bytes6("SIMDEV"));
    }

    function keep(TcbInfo memory info, uint256 teeType) internal {
        uint256 record = store.keep(CollateralMaker.encode(info), START - 1 days, TCB_END, 3);
        store.setTcbInfo(keyOf(teeType), record);
    }

    function keep(QeIdentity memory identity, uint256 teeType) internal {
        uint256 record = store.keep(CollateralMaker.encode(identity), START - 1 days, QE_END, 3);
        store.setIdentity(teeType, record);
    }

    function goodTcbInfo(uint256 teeType) internal pure returns (TcbInfo memory info) {
        info.levels = new Level[](2);
        info.levels[0] = Level(CPU_SVN, teeType == TDX ? TEE_TCB_SVN : 0, 13, 0);
        info.levels[1] = Level(0, 0, 5, 4);
        if (teeType != TDX) return info;
        info.modules = new Module[](2);
        info.modules[0] = Module(0, new bytes(48), 0, 0xffffffffffffffff, "");
        info.modules[1] = Module(1, new bytes(48), 0, 0xffffffffffffffff, hex"04000204");
    }

    function goodIdentity(uint256 teeType) internal pure returns (QeIdentity memory) {
        return QeIdentity({
            mrSigner: QE_MR_SIGNER,
            attributes: 0x11000000000000000000000000000000,
            mask: 0xfbffffffffffffff0000000000000000,
            miscSelect: 0,
            miscSelectMask: 0xffffffff,
            productId: teeType == TDX ? 2 : 1,
            levels: hex"000800000604"
        });
    }

    /* --- drafts ---------------------------------------------------------------------------- */

    /// @notice A version 4 quote's parts of a trust domain, good in every respect.
    function goodDraft() internal pure returns (Draft memory draft) {
        bytes16 vendor = 0x939a7233f79c4ca9940a0db3957f0607;
        draft.header = bytes.concat(hex"0400020081000000", bytes4(0), vendor, bytes20(0));
        draft.body = new bytes(584);
        overwrite(draft.body, 0, abi.encodePacked(TEE_TCB_SVN));
        overwrite(draft.body, TD_ATTRIBUTES, hex"0000001000000000e700060000000000");
        overwrite(draft.body, 136, "SIMULATED mrTd");
        draft.qeReport = new bytes(384);
        overwrite(draft.qeReport, 48, hex"1100000000000000e700000000000000");
        overwrite(draft.qeReport, 128, bytes.concat(QE_MR_SIGNER));
        overwrite(draft.qeReport, 256, hex"02000800");
        draft.authenticationData = "SIMULATED QE AUTHENTICATION DATA";
        draft.outerType = 6;
        draft.innerType = 5;
        draft.pck = goodPck();
    }

    /// @notice Turn a good draft into version 5: body type 2 (TD 1.0) or 3 (TD 1.5).
    function makeVersion5(Draft memory draft, uint16 bodyType) internal pure {
        draft.header[0] = 0x05;
        if (bodyType == 3) {
            bytes memory more = bytes.concat(slice(draft.body, 0, 16), new bytes(48));
            draft.body = bytes.concat(draft.body, more);
        }
        draft.descriptor = bytes.concat(littleEndian16(bodyType), littleEndian32(draft.body.length));
    }

    /// @notice Turn a good draft into one of an enclave.
    function makeSgx(Draft memory draft, uint8 version) internal pure {
        draft.header[0] = bytes1(version);
        draft.header[4] = 0x00;
        draft.body = new bytes(384);
        overwrite(draft.body, 48, hex"0500000000000000e700000000000000");
        overwrite(draft.body, 64, "SIMULATED mrEnclave");
        draft.qeReport[256] = 0x01;
        if (version == 5) draft.descriptor = hex"010080010000";
    }

    /// @notice A draft of each of the six known kinds.
    function draftOf(uint256 kind) internal pure returns (Draft memory draft) {
        draft = goodDraft();
        if (kind == 0) makeSgx(draft, 3);
        if (kind == 1) makeSgx(draft, 4);
        if (kind == 3) makeSgx(draft, 5);
        if (kind == 4) makeVersion5(draft, 2);
        if (kind == 5) makeVersion5(draft, 3);
    }

    function setReportData(Draft memory draft, bytes32 high, bytes32 low) internal pure {
        overwrite(draft.body, draft.body.length == 384 ? 320 : REPORT_DATA, abi.encode(high, low));
    }

    function measurementOf(Draft memory draft) internal pure returns (bytes32) {
        return keccak256(slice(draft.body, TD_ATTRIBUTES, TD_ATTRIBUTES + MEASURED));
    }

    /* --- quotes ---------------------------------------------------------------------------- */

    /// @notice What the verifier says of the draft's quote, which it must take, in both forms.
    function taken(Draft memory draft) internal view returns (Verdict memory verdict) {
        verdict = verifier.verify(compact(draft));
        Verdict memory ofRaw = verifier.verifyRaw(assemble(draft));
        vm.assertEq(abi.encode(verdict), abi.encode(ofRaw), "both forms");
    }

    /// @notice The verifier must refuse the draft's quote for exactly this reason, in both forms.
    function refused(Draft memory draft, bytes memory reason) internal {
        bytes memory quote = compact(draft);
        vm.expectRevert(reason);
        verifier.verify(quote);
        quote = assemble(draft);
        vm.expectRevert(reason);
        verifier.verifyRaw(quote);
    }

    /// @notice Fill in what the quoting enclave vouches for.
    function bind(Draft memory draft) internal pure {
        bytes32 bound = sha256(bytes.concat(attestationKey(), draft.authenticationData));
        overwrite(draft.qeReport, QE_REPORT_DATA, bytes.concat(bound, draft.qeTail));
    }

    /// @notice The raw quote of a draft, with all signatures as they should be.
    function assemble(Draft memory draft) internal pure returns (bytes memory) {
        bind(draft);
        return join(draft, attestationKey());
    }

    /// @notice The compact quote of a draft, with all signatures as they should be.
    function compact(Draft memory draft) internal pure returns (bytes memory) {
        bind(draft);
        return joinCompact(draft, attestationKey());
    }

    /// @notice As `compact`, with the quoting enclave's report as it stands in the draft.
    function joinCompact(Draft memory draft, bytes memory key)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory signed = bytes.concat(draft.header, draft.descriptor, draft.body);
        return bytes.concat(
            bytes.concat(signed, signature(ATTESTATION_KEY, signed), key),
            draft.qeReport,
            signature(PCK_KEY, draft.qeReport),
            draft.authenticationData,
            signPck(draft.pck)
        );
    }

    /// @notice As `assemble`, with the quoting enclave's report as it stands in the draft.
    function join(Draft memory draft, bytes memory key) internal pure returns (bytes memory) {
        bytes memory signed = bytes.concat(draft.header, draft.descriptor, draft.body);
        bytes memory evidence = _evidence(draft);
        if (draft.header[0] != 0x03) evidence = _certification(draft.outerType, evidence);
        bytes memory authentication =
            bytes.concat(signature(ATTESTATION_KEY, signed), key, evidence);
        return bytes.concat(signed, littleEndian32(authentication.length), authentication);
    }

    function _evidence(Draft memory draft) private pure returns (bytes memory) {
        return bytes.concat(
            draft.qeReport,
            signature(PCK_KEY, draft.qeReport),
            littleEndian16(draft.authenticationData.length),
            draft.authenticationData,
            _certification(
                draft.innerType, bytes.concat(PemText.encode(signPck(draft.pck)), draft.chainTail)
            )
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
