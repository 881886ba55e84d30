// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStatementProof, Statement} from "./interfaces/IStatementProof.sol";
import {ITEERegistry} from "./interfaces/ITEERegistry.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title EIP-712 statements by registered signers; see IStatementProof.
contract StatementProof is IStatementProof, EIP712 {
    bytes32 private constant STATEMENT_TYPE = keccak256(
        "Statement(bytes32 programVKey,bytes32 publicValuesHash,uint32 exitCode,bytes32 stdinHash,string circuitVersion,uint64 expiresAt)"
    );

    /// @inheritdoc IStatementProof
    ITEERegistry public immutable registry;
    /// @inheritdoc IStatementProof
    uint256 public immutable threshold;

    /// @param threshold_ how many distinct signers a statement needs; 1 where nothing else is asked
    constructor(ITEERegistry registry_, uint256 threshold_) EIP712("attestor", "1") {
        if (address(registry_).code.length == 0) revert RegistryWithoutCode(address(registry_));
        if (threshold_ == 0) revert ThresholdZero();
        registry = registry_;
        threshold = threshold_;
    }

    /// @inheritdoc IStatementProof
    function verifyStatement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes[] calldata signatures
    ) external view {
        bytes32 actual = sha256(publicValues);
        if (actual != statement.publicValuesHash) {
            revert PublicValuesMismatch(statement.publicValuesHash, actual);
        }
        if (statement.exitCode != 0) revert ExitCodeRefused(statement.exitCode);
        if (block.timestamp >= statement.expiresAt) {
            revert StatementExpired(statement.expiresAt, block.timestamp);
        }
        _requireSigners(digestOf(statement), signatures);
    }

    /// @inheritdoc IStatementProof
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

    /// @dev Ascending order makes signers distinct without storing whom we saw. It also refuses the
    /// zero address.
    function _requireSigners(bytes32 digest, bytes[] calldata signatures) private view {
        if (signatures.length < threshold) revert SignaturesTooFew(threshold, signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            if (!registry.verifyAttestedProver(signer)) revert SignerRefused(signer);
            previous = signer;
        }
    }
}
