// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "./interfaces/IMultiProof.sol";
import {ISP1Verifier} from "./interfaces/ISP1Verifier.sol";
import {ITEERegistry} from "./interfaces/ITEERegistry.sol";
import {ProgramVKey} from "./libraries/ProgramVKey.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Results of programs, by registered signers and by SP1 proofs; see IMultiProof.
contract MultiProof is IMultiProof, EIP712 {
    bytes32 private constant STATEMENT_TYPE = keccak256(
        "Statement(bytes32 programVKey,bytes32 publicValuesHash,uint32 exitCode,bytes32 stdinHash,string circuitVersion,uint64 expiresAt)"
    );
    uint256 private constant SIGNATURE_BYTES = 65;

    /// @inheritdoc IMultiProof
    ITEERegistry public immutable teeProverRegistry;
    /// @inheritdoc IMultiProof
    ISP1Verifier public immutable gateway;
    /// @inheritdoc IMultiProof
    uint256 public immutable threshold;

    /// @param gateway_ SP1's gateway on this chain, or zero where there is none
    /// @param threshold_ how many distinct signers a TEE proof needs; 1 is upstream's form
    constructor(ITEERegistry registry, ISP1Verifier gateway_, uint256 threshold_)
        EIP712("attestor", "1")
    {
        if (address(registry).code.length == 0) revert RegistryWithoutCode(address(registry));
        if (address(gateway_) != address(0) && address(gateway_).code.length == 0) {
            revert GatewayWithoutCode(address(gateway_));
        }
        if (threshold_ == 0) revert ThresholdZero();
        teeProverRegistry = registry;
        gateway = gateway_;
        threshold = threshold_;
    }

    /* --- upstream's statement -------------------------------------------------------------- */

    /// @inheritdoc IMultiProof
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signatures)
        external
        view
    {
        _requireSigners(keccak256(encodedMessageBytes), signatures);
    }

    /// @inheritdoc IMultiProof
    function verifyProgram(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures
    ) public view returns (address[] memory signers) {
        bytes32 vkHashBytes = ProgramVKey.toHashBytes(programVKey);
        bytes32 message = sha256(bytes.concat(vkHashBytes, publicValues));
        return _requireSigners(keccak256(bytes.concat(message)), signatures);
    }

    /// @inheritdoc IMultiProof
    /// @dev The cheap check first: it spares a caller with a bad TEE proof the pairing.
    function verifyProgramAndProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers) {
        signers = verifyProgram(programVKey, publicValues, signatures);
        _requireProof(programVKey, publicValues, proofBytes);
    }

    /* --- the EIP-712 statement ------------------------------------------------------------- */

    /// @inheritdoc IMultiProof
    function verifyStatement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures
    ) public view returns (address[] memory signers) {
        bytes32 actual = sha256(publicValues);
        if (actual != statement.publicValuesHash) {
            revert PublicValuesMismatch(statement.publicValuesHash, actual);
        }
        if (statement.exitCode != 0) revert ExitCodeRefused(statement.exitCode);
        if (block.timestamp >= statement.expiresAt) {
            revert StatementExpired(statement.expiresAt, block.timestamp);
        }
        return _requireSigners(digestOf(statement), signatures);
    }

    /// @inheritdoc IMultiProof
    function verifyStatementAndProof(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers) {
        signers = verifyStatement(statement, publicValues, signatures);
        _requireProof(statement.programVKey, publicValues, proofBytes);
    }

    /// @inheritdoc IMultiProof
    function digestOf(Statement calldata statement) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    STATEMENT_TYPE,
                    statement.programVKey,
                    statement.publicValuesHash,
                    statement.exitCode,
                    statement.stdinHash,
                    keccak256(bytes(statement.circuitVersion)),
                    statement.expiresAt
                )
            )
        );
    }

    /* --- checks ---------------------------------------------------------------------------- */

    /// @dev Ascending order makes signers distinct without storing whom we saw. ECDSA refuses a
    /// signature with s in the upper half or that recovers to no key, so a signer has one signature
    /// of a statement.
    function _requireSigners(bytes32 digest, bytes calldata signatures)
        private
        view
        returns (address[] memory signers)
    {
        uint256 count = signatures.length / SIGNATURE_BYTES;
        if (signatures.length % SIGNATURE_BYTES != 0) {
            revert SignaturesLengthWrong(signatures.length);
        }
        if (count < threshold) revert SignaturesTooFew(threshold, count);
        signers = new address[](count);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            uint256 offset = i * SIGNATURE_BYTES;
            address signer =
                ECDSA.recoverCalldata(digest, signatures[offset:offset + SIGNATURE_BYTES]);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            if (!teeProverRegistry.verifyAttestedProver(signer)) revert Invalid_TEE_Signer(signer);
            signers[i] = previous = signer;
        }
    }

    function _requireProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata proofBytes
    ) private view {
        if (address(gateway) == address(0)) revert GatewayMissing();
        gateway.verifyProof(programVKey, publicValues, proofBytes);
    }
}
