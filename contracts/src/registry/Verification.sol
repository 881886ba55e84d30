// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAutomataVerifier} from "../interfaces/IAutomataVerifier.sol";
import {IDcapVerifier, TcbStatus, Verdict} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {VerifierKind} from "../interfaces/registry/RegistryTypes.sol";
import {AutomataOutput} from "../libraries/AutomataOutput.sol";
import {Region} from "../libraries/SignedRegion.sol";
import {Settings} from "./Settings.sol";

/// @notice Asks the verifier, ours or Automata's, and deals with its fee.
abstract contract Verification is Settings {
    uint256 private constant KEY_AFTER_REGION = 64;
    uint256 private constant RAW_KEY_AFTER_REGION = 4 + 64;
    uint256 private constant QE_REPORT_AFTER_KEY = 64;
    /// @dev From version 4 on, with type and size of the certification data before it.
    uint256 private constant RAW_QE_REPORT_AFTER_KEY = 64 + 6;
    uint256 private constant KEY = 64;
    uint256 private constant QE_REPORT = 384;
    /// @dev QE report and its signature: what both forms have at least after the key.
    uint256 private constant QE_PART = QE_REPORT + 64;

    /// @dev Whether Automata's verifier is at work: the only call that may come back.
    bool private transient _isAsking;

    /// @notice Only what Automata's verifier gives back.
    receive() external payable {
        if (!_isAsking) revert ValueRefused();
    }

    /// @dev Verify a compact quote. Our verifier is called by STATICCALL: nothing comes back in.
    function _verifyCompact(bytes calldata quote) internal view returns (Verdict memory) {
        return _ownVerifier().verify(quote);
    }

    /// @dev Verify a raw quote, with the value that came along.
    function _verifyRaw(bytes calldata quote, Region memory region)
        internal
        returns (Verdict memory)
    {
        VerifierKind kind = verifierKind;
        if (kind == VerifierKind.Own) return IDcapVerifier(verifier).verifyRaw(quote);
        return _askAutomata(quote, region, kind == VerifierKind.AutomataV10);
    }

    function _ownVerifier() internal view returns (IDcapVerifier) {
        VerifierKind kind = verifierKind;
        if (kind != VerifierKind.Own) revert CompactQuoteRefused(kind);
        return IDcapVerifier(verifier);
    }

    /// @dev Where attestation key and QE report stand in a quote.
    function _attestation(bytes calldata quote, Region memory region, bool isRaw)
        internal
        pure
        returns (uint256 keyOffset, uint256 qeReport)
    {
        keyOffset = region.length + (isRaw ? RAW_KEY_AFTER_REGION : KEY_AFTER_REGION);
        qeReport = keyOffset
            + (isRaw && region.version != 3 ? RAW_QE_REPORT_AFTER_KEY : QE_REPORT_AFTER_KEY);
        if (quote.length < qeReport + QE_PART) {
            revert QuoteTooShort(qeReport + QE_PART, quote.length);
        }
    }

    /// @dev What the registry held before the value of this call came. It holds nothing of its own,
    /// but anybody can force value into it: that stays where it is.
    function _balanceBefore() internal view returns (uint256) {
        return address(this).balance - msg.value;
    }

    /// @dev Give back what this call brought and the verifier did not take. The last thing that a
    /// function does.
    function _refund(uint256 balanceBefore) internal {
        uint256 rest = address(this).balance - balanceBefore;
        if (rest == 0) return;
        // slither-disable-next-line arbitrary-send-eth
        (bool success,) = msg.sender.call{value: rest}("");
        if (!success) revert RefundFailed(msg.sender, rest);
    }

    /// @dev Automata's verifier says nothing of how long its verdict holds, nor of the PPID: the
    /// platform is then keccak256 of the attestation key, which a new key of the same machine
    /// changes. The evidence is the QE report, which vouches for the key.
    function _askAutomata(bytes calldata quote, Region memory region, bool isV10)
        private
        returns (Verdict memory verdict)
    {
        (uint256 key, uint256 qeReport) = _attestation(quote, region, true);
        if (_isAsking) revert Reentered();
        // slither-disable-next-line write-after-write
        _isAsking = true;
        bytes memory output = _automataOutput(quote);
        _isAsking = false;
        (verdict.status, verdict.fmspc) = AutomataOutput.read(output, isV10, quote, region);
        verdict.validUntil = type(uint64).max;
        verdict.platform = keccak256(quote[key:key + KEY]);
        verdict.evidence = keccak256(quote[qeReport:qeReport + QE_REPORT]);
    }

    function _automataOutput(bytes calldata quote) private returns (bytes memory) {
        // What was read before is checked again behind this call (Registrations._recheckAfterCallback).
        // slither-disable-next-line reentrancy-eth,reentrancy-benign,reentrancy-events
        try IAutomataVerifier(verifier).verifyAndAttestOnChain{value: msg.value}(quote) returns (
            bool success, bytes memory output
        ) {
            if (!success) revert AutomataRefused(output);
            return output;
        } catch (bytes memory reason) {
            revert AutomataReverted(reason);
        }
    }
}
