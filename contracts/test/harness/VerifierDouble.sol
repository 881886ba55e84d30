// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evidence, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {Region, SignedRegion} from "../../src/libraries/SignedRegion.sol";

/// @notice Stands in for our verifier: says of every quote what it was told to say.
contract VerifierDouble {
    Verdict private _verdict;
    bytes private _refusal;
    uint256 private _gas;

    function say(Verdict memory verdict) external {
        _verdict = verdict;
        delete _refusal;
    }

    function refuse(bytes memory refusal) external {
        _refusal = refusal;
    }

    /// @notice Use up so much gas before the answer, as a verifier would; at most all there is.
    function spend(uint256 gas_) external {
        _gas = gas_;
    }

    function verify(bytes calldata quote) external view returns (Verdict memory) {
        return _answer(quote, false);
    }

    function verifyRaw(bytes calldata quote) external view returns (Verdict memory) {
        return _answer(quote, true);
    }

    function describe(bytes calldata quote, bool isRaw) external view returns (Evidence memory) {
        return Evidence(_evidenceOf(quote, isRaw), _verdict.platform, _verdict.fmspc);
    }

    function _answer(bytes calldata quote, bool isRaw) private view returns (Verdict memory) {
        uint256 start = gasleft();
        uint256 spent = _gas;
        bytes memory refusal = _refusal;
        Verdict memory verdict = _verdict;
        verdict.evidence = _evidenceOf(quote, isRaw);
        while (start - gasleft() < spent) {}
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 32), mload(refusal))
            }
        }
        return verdict;
    }

    /// @dev As our verifier: QE report and certificate, not the signatures, nor the authentication
    /// data between them.
    function _evidenceOf(bytes calldata quote, bool isRaw) private pure returns (bytes32) {
        Region memory region = SignedRegion.read(quote);
        uint256 qeReport = region.length + 128;
        if (isRaw) qeReport += region.version == 3 ? 4 : 10;
        if (quote.length < qeReport + 384 + 64 + 32) return 0;
        return keccak256(
            abi.encode(
                keccak256(quote[qeReport:qeReport + 384]),
                keccak256(quote[qeReport + 384 + 64 + 32:])
            )
        );
    }
}
