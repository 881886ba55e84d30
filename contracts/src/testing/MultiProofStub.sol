// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {IMultiProof, Statement} from "../interfaces/IMultiProof.sol";
import {ISP1Verifier} from "../interfaces/ISP1Verifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {ProgramVKey} from "../libraries/ProgramVKey.sol";

/// @title STUB of MultiProof, for unit tests without a daemon
/// @notice It verifies nothing. A test says which results hold (`STUB_accept`), and gives the four
/// bytes "STUB" for signatures and SP1 proof: anything else is refused, so that a test which runs on
/// it cannot be taken for one of a real proof. What it does check is what MultiProof does before any
/// signature: form of the program vkey, public values, exit code, end of the statement.
/// @dev It exists on the chain ids of forge, anvil and geth's development mode alone.
contract MultiProofStub is IMultiProof {
    uint256 private constant ANVIL = 31337;
    uint256 private constant GETH_DEV = 1337;
    bytes32 private constant STUB = keccak256("STUB");

    /// @notice Says what it is to whoever reads the chain.
    // forge-lint: disable-next-line(screaming-snake-case-const)
    string public constant name = "STUB: verifies nothing";

    /// @inheritdoc IMultiProof
    ITEERegistry public constant teeProverRegistry = ITEERegistry(address(0));
    /// @inheritdoc IMultiProof
    ISP1Verifier public constant gateway = ISP1Verifier(address(0));
    /// @inheritdoc IMultiProof
    uint256 public constant threshold = 1;
    /// @inheritdoc IMultiProof
    bool public constant distinctMeasurements = false;

    mapping(bytes32 message => address[]) private _signers;

    /// @notice A stub must not exist where anything depends on it.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_OnDevelopmentChainsOnly(uint256 chainId);

    /// @notice Signatures, or the proof, are not the four bytes "STUB".
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_BytesExpected(bytes actual);

    /// @notice No test has said that this program gave these public values.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_NotAccepted(bytes32 programVKey, bytes32 publicValuesHash);

    /// @notice No test has said that this message is signed.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_MessageNotAccepted(bytes32 message);

    /// @notice No key has this address.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_SignerIsZero();

    constructor() {
        if (block.chainid != ANVIL && block.chainid != GETH_DEV) {
            revert STUB_OnDevelopmentChainsOnly(block.chainid);
        }
    }

    // slither-disable-start naming-convention
    /// @notice From now on this result of a program holds, as if `signer` had signed it.
    /// @dev The calls answer its signers as MultiProof does: each once, in ascending order.
    // forge-lint: disable-next-line(mixed-case-function)
    function STUB_accept(bytes32 programVKey, bytes calldata publicValues, address signer)
        external
    {
        if (signer == address(0)) revert STUB_SignerIsZero();
        address[] storage signers = _signers[_message(programVKey, publicValues)];
        address next = signer;
        for (uint256 i = 0; i < signers.length; ++i) {
            address here = signers[i];
            if (here == next) return;
            if (here > next) (signers[i], next) = (next, here);
        }
        signers.push(next);
    }

    /// @notice From now on it does not, as if its signers had been revoked.
    // forge-lint: disable-next-line(mixed-case-function)
    function STUB_refuse(bytes32 programVKey, bytes calldata publicValues) external {
        delete _signers[_message(programVKey, publicValues)];
    }

    // slither-disable-end naming-convention

    /// @inheritdoc IMultiProof
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signatures)
        external
        view
    {
        uint256 length = encodedMessageBytes.length;
        if (length != 32) revert MessageLengthWrong(32, length);
        _requireStub(signatures);
        // Of 32 bytes, as was checked.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes32 message = bytes32(encodedMessageBytes);
        if (_signers[message].length == 0) revert STUB_MessageNotAccepted(message);
    }

    /// @inheritdoc IMultiProof
    function verifyProgram(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures
    ) external view returns (address[] memory signers) {
        return _result(programVKey, publicValues, signatures);
    }

    /// @inheritdoc IMultiProof
    function verifyProgramAndProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers) {
        signers = _result(programVKey, publicValues, signatures);
        _requireStub(proofBytes);
    }

    /// @inheritdoc IMultiProof
    function verifyStatement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures
    ) external view returns (address[] memory signers) {
        return _statement(statement, publicValues, signatures);
    }

    /// @inheritdoc IMultiProof
    function verifyStatementAndProof(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers) {
        signers = _statement(statement, publicValues, signatures);
        _requireStub(proofBytes);
    }

    /// @inheritdoc IMultiProof
    /// @dev Not the EIP-712 digest: nobody can sign for a stub.
    function digestOf(Statement calldata statement) external pure returns (bytes32) {
        return keccak256(abi.encode(STUB, statement));
    }

    function _statement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures
    ) private view returns (address[] memory signers) {
        bytes32 actual = sha256(publicValues);
        if (actual != statement.publicValuesHash) {
            revert PublicValuesMismatch(statement.publicValuesHash, actual);
        }
        if (statement.exitCode != 0) revert ExitCodeRefused(statement.exitCode);
        if (block.timestamp >= statement.expiresAt) {
            revert StatementExpired(statement.expiresAt, block.timestamp);
        }
        return _result(statement.programVKey, publicValues, signatures);
    }

    function _result(bytes32 programVKey, bytes calldata publicValues, bytes calldata signatures)
        private
        view
        returns (address[] memory signers)
    {
        _requireStub(signatures);
        signers = _signers[_message(programVKey, publicValues)];
        if (signers.length == 0) revert STUB_NotAccepted(programVKey, sha256(publicValues));
    }

    /// @dev What upstream's statement is made of.
    function _message(bytes32 programVKey, bytes calldata publicValues)
        private
        pure
        returns (bytes32)
    {
        return sha256(abi.encodePacked(ProgramVKey.toHashBytes(programVKey), publicValues));
    }

    function _requireStub(bytes calldata data) private pure {
        if (keccak256(data) != STUB) revert STUB_BytesExpected(data);
    }
}
