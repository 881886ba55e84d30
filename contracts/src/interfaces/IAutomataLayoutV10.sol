// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {IAutomataVerifier} from "./IAutomataVerifier.sol";
import {IDcapVerifier} from "./IDcapVerifier.sol";

/// @title Our verifier, with the output of Automata's version 1.0
/// @notice For contracts that were written for that version and read the report at fixed offsets,
/// as upstream's SP1TEEProverRegistry does; for those of version 1.1 the DcapVerifier itself answers.
/// It keeps nothing, has no owner, and only puts another header in front of what the verifier says.
interface IAutomataLayoutV10 is IAutomataVerifier {
    /// @notice There is no contract at the verifier's address.
    error VerifierWithoutCode(address verifier);

    /// @notice Whose verdicts these are.
    function verifier() external view returns (IDcapVerifier);
}
