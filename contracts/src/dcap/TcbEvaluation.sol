// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Memory} from "../libraries/Memory.sol";
import {Quote} from "./CompactQuote.sol";
import {ModuleIdentity} from "./ModuleIdentity.sol";
import {Pck} from "./PckCertificate.sol";
import {PlatformTcb} from "./PlatformTcb.sol";
import {QuoteForm} from "./QuoteForm.sol";
import {TcbConvergence} from "./TcbConvergence.sol";

/// @notice How up to date a platform is: its CPU, its PCE, its TDX module and its quoting enclave
/// together.
library TcbEvaluation {
    uint256 private constant TEE_TCB_SVN_2 = 584;

    /// @notice The status of what made the quote; reverts for a revoked one and for an unknown one.
    /// @param tcbInfo the platform's TCB info, see PlatformTcb
    /// @param enclave the quoting enclave's own status
    function evaluate(Quote memory quote, Pck memory pck, uint256 tcbInfo, TcbStatus enclave)
        internal
        pure
        returns (TcbStatus)
    {
        PlatformTcb.checkPceId(tcbInfo, pck.pceId);
        if (quote.kind.bodyType == QuoteForm.SGX_BODY) {
            TcbStatus platform = PlatformTcb.sgxStatus(tcbInfo, pck.components, pck.pceSvn);
            return TcbConvergence.converge(platform, enclave);
        }
        uint256 teeTcbSvn = Memory.word(quote.body) >> 128;
        uint256 modules = PlatformTcb.end(tcbInfo);
        uint256 module = ModuleIdentity.find(modules, teeTcbSvn);
        ModuleIdentity.check(module, quote.body);
        TcbStatus launched = _status(pck, tcbInfo, module, teeTcbSvn, enclave);
        if (quote.kind.bodyType != QuoteForm.TD_15_BODY) return launched;
        // TD 1.5 says also what the platform has been updated to since the trust domain's start.
        teeTcbSvn = Memory.word(quote.body + TEE_TCB_SVN_2) >> 128;
        module = ModuleIdentity.find(modules, teeTcbSvn);
        return TcbConvergence.relaunch(launched, _status(pck, tcbInfo, module, teeTcbSvn, enclave));
    }

    function _status(
        Pck memory pck,
        uint256 tcbInfo,
        uint256 module,
        uint256 teeTcbSvn,
        TcbStatus enclave
    ) private pure returns (TcbStatus status) {
        status = PlatformTcb.tdxStatus(tcbInfo, pck.components, pck.pceSvn, teeTcbSvn);
        status = TcbConvergence.converge(status, ModuleIdentity.status(module, teeTcbSvn));
        status = TcbConvergence.converge(status, enclave);
    }
}
