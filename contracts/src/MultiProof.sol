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
    /// @dev What stands behind the signers of a proof. Only the first `count` of each are filled.
    struct Attestations {
        uint256 count;
        bytes32[] platforms;
        bytes32[] measurements;
    }

    bytes32 private constant STATEMENT_TYPE = keccak256(
        "Statement(bytes32 programVKey,bytes32 publicValuesHash,uint32 exitCode,bytes32 stdinHash,string circuitVersion,uint64 expiresAt)"
    );
    uint256 private constant SIGNATURE_BYTES = 65;
    /// @dev sha256(vk hash bytes ‖ public values). EIP-712 payloads are longer.
    uint256 private constant MESSAGE_BYTES = 32;

    /// @inheritdoc IMultiProof
    ITEERegistry public immutable teeProverRegistry;
    /// @inheritdoc IMultiProof
    ISP1Verifier public immutable gateway;
    /// @inheritdoc IMultiProof
    uint256 public immutable threshold;
    /// @inheritdoc IMultiProof
    bool public immutable distinctMeasurements;

    /// @param gateway_ SP1's gateway on this chain, or zero where there is none
    /// @param threshold_ how many machines a TEE proof needs; 1 is upstream's form
    /// @param distinctMeasurements_ whether their measurements must differ too
    constructor(
        ITEERegistry registry,
        ISP1Verifier gateway_,
        uint256 threshold_,
        bool distinctMeasurements_
    ) EIP712("attestor", "1") {
        if (address(registry).code.length == 0) {
            revert RegistryWithoutCode(address(registry));
        }
        if (address(gateway_) != address(0) && address(gateway_).code.length == 0) {
            revert GatewayWithoutCode(address(gateway_));
        }
        if (threshold_ == 0) revert ThresholdZero();
        teeProverRegistry = registry;
        gateway = gateway_;
        threshold = threshold_;
        distinctMeasurements = distinctMeasurements_;
    }

    /* --- upstream's call, and results with an SP1 proof ------------------------------------ */

    /// @inheritdoc IMultiProof
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signatures)
        external
        view
    {
        if (encodedMessageBytes.length != MESSAGE_BYTES) {
            revert MessageLengthWrong(MESSAGE_BYTES, encodedMessageBytes.length);
        }
        _requireSigners(keccak256(encodedMessageBytes), signatures);
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

    /* --- results by a TEE proof alone ------------------------------------------------------ */

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
            signers[i] = previous = signer;
        }
        if (threshold == 1) _requireValid(signers);
        else _requireMachines(signers);
    }

    function _requireValid(address[] memory signers) private view {
        for (uint256 i = 0; i < signers.length; ++i) {
            if (!teeProverRegistry.verifyAttestedProver(signers[i])) {
                revert Invalid_TEE_Signer(signers[i]);
            }
        }
    }

    /// @dev All signers must be valid; of those on one platform, or with one measurement if these have to
    /// differ, the first counts.
    function _requireMachines(address[] memory signers) private view {
        Attestations memory counted;
        counted.platforms = new bytes32[](signers.length);
        counted.measurements = new bytes32[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            (bool isValid, bytes32 platform, bytes32 measurement) =
                teeProverRegistry.attestationOf(signers[i]);
            if (!isValid) revert Invalid_TEE_Signer(signers[i]);
            if (platform == 0 || _isCounted(counted, platform, measurement)) continue;
            counted.platforms[counted.count] = platform;
            counted.measurements[counted.count++] = measurement;
        }
        if (counted.count < threshold) revert MachinesTooFew(threshold, counted.count);
    }

    function _isCounted(Attestations memory counted, bytes32 platform, bytes32 measurement)
        private
        view
        returns (bool)
    {
        for (uint256 i = 0; i < counted.count; ++i) {
            if (counted.platforms[i] == platform) return true;
            if (distinctMeasurements && counted.measurements[i] == measurement) return true;
        }
        return false;
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
