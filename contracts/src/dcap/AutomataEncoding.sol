// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../interfaces/IDcapVerifier.sol";
import {QuoteForm, QuoteKind} from "./QuoteForm.sol";

/// @notice What Automata's verifier returns for a good quote, in the layout of its version 1.1:
/// quote version u16 ‖ body type u16 ‖ TCB status u8 ‖ FMSPC (6) ‖ body, all big-endian. Advisory
/// IDs, which may follow there, never do here: the store keeps none.
library AutomataEncoding {
    /// @notice The output for `quote`, in the raw form, with this verdict.
    function encode(bytes calldata quote, Verdict memory verdict)
        internal
        pure
        returns (bytes memory)
    {
        QuoteKind memory kind = QuoteForm.read(quote);
        return abi.encodePacked(
            uint16(kind.version),
            uint16(kind.bodyType),
            uint8(verdict.status),
            verdict.fmspc,
            quote[kind.body:kind.signedLength]
        );
    }
}
