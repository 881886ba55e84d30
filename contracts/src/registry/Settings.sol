// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {VerifierKind} from "../interfaces/registry/RegistryTypes.sol";
import {Terms, TermsWord} from "../libraries/Terms.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @notice The terms under which signers are registered, and who may change them.
abstract contract Settings is ITEERegistry, Ownable2Step {
    uint256 private constant HIGHEST_VALIDITY_SECONDS = 1 days;
    /// @dev A block is less than this many old, and the newest that can be named is 1 old.
    uint256 private constant LOWEST_BLOCK_NUMBER_DIFF = 2;
    /// @dev BLOCKHASH knows the last 256 blocks.
    uint256 private constant HIGHEST_BLOCK_NUMBER_DIFF = 256;

    Terms internal _terms = TermsWord.make(3600, 100);
    /// @inheritdoc ITEERegistry
    address public verifier;
    /// @inheritdoc ITEERegistry
    VerifierKind public verifierKind;
    /// @inheritdoc ITEERegistry
    address public guardian;

    modifier onlyOwnerOrGuardian() {
        _checkOwnerOrGuardian();
        _;
    }

    constructor(address verifier_, VerifierKind kind, address owner_, address guardian_)
        Ownable(owner_)
    {
        _setVerifier(verifier_, kind);
        _setGuardian(guardian_);
    }

    /* --- views ----------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function attestValiditySeconds() external view returns (uint256) {
        return _terms.attestValiditySeconds();
    }

    /// @inheritdoc ITEERegistry
    function maxBlockNumberDiff() external view returns (uint256) {
        return _terms.maxBlockNumberDiff();
    }

    /// @inheritdoc ITEERegistry
    function epoch() external view returns (uint256) {
        return _terms.epoch();
    }

    /// @inheritdoc ITEERegistry
    function paused() external view returns (bool) {
        return _terms.isPaused();
    }

    /* --- the owner's ----------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function setVerifier(address verifier_, VerifierKind kind) external onlyOwner {
        _setVerifier(verifier_, kind);
    }

    /// @inheritdoc ITEERegistry
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc ITEERegistry
    function setAttestValiditySeconds(uint256 value) external onlyOwner {
        _checkBounds(value, 1, HIGHEST_VALIDITY_SECONDS);
        emit AttestValiditySecondsChanged(_terms.attestValiditySeconds(), value);
        // Bounded to a day.
        // forge-lint: disable-next-line(unsafe-typecast)
        _terms = _terms.withAttestValiditySeconds(uint24(value));
    }

    /// @inheritdoc ITEERegistry
    function setMaxBlockNumberDiff(uint256 value) external onlyOwner {
        _checkBounds(value, LOWEST_BLOCK_NUMBER_DIFF, HIGHEST_BLOCK_NUMBER_DIFF);
        emit MaxBlockNumberDiffChanged(_terms.maxBlockNumberDiff(), value);
        // Bounded to 256.
        // forge-lint: disable-next-line(unsafe-typecast)
        _terms = _terms.withMaxBlockNumberDiff(uint16(value));
    }

    /// @inheritdoc ITEERegistry
    function unpause(string calldata reason) external onlyOwner {
        if (!_terms.isPaused()) revert RegistrationsNotPaused();
        _terms = _terms.withPaused(false);
        emit Unpaused(reason);
    }

    /* --- the owner's and the guardian's ---------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function pause(string calldata reason) external onlyOwnerOrGuardian {
        _requireNotPaused(_terms);
        _terms = _terms.withPaused(true);
        emit Paused(msg.sender, reason);
    }

    /// @notice Refused: without an owner nobody could allow or restore. Hand the ownership over.
    function renounceOwnership() public view override onlyOwner {
        revert OwnershipNotRenounceable();
    }

    function _requireNotPaused(Terms terms) internal pure {
        if (terms.isPaused()) revert RegistrationsPaused();
    }

    function _checkOwnerOrGuardian() private view {
        if (msg.sender != owner() && msg.sender != guardian) {
            revert NotOwnerNorGuardian(msg.sender);
        }
    }

    function _setGuardian(address guardian_) private {
        emit GuardianChanged(guardian, guardian_);
        guardian = guardian_;
    }

    function _setVerifier(address verifier_, VerifierKind kind) private {
        if (verifier_.code.length == 0) revert VerifierWithoutCode(verifier_);
        emit VerifierChanged(verifier, verifier_, kind);
        verifier = verifier_;
        verifierKind = kind;
    }

    function _checkBounds(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert SettingOutOfBounds(value, minimum, maximum);
        }
    }
}
