// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerRecord, SignerSlot} from "../../src/libraries/SignerSlot.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice A signer's record in one word.
contract SignerSlotTest is TestCase {
    function test_pack__any_record__comes_back(SignerRecord memory record) public pure {
        SignerRecord memory back = SignerSlot.unpack(SignerSlot.pack(record));
        vm.assertEq(abi.encode(back), abi.encode(record), "record");
    }

    function test_pack__each_field_full__no_overlap() public pure {
        uint256 all = SignerSlot.pack(
            SignerRecord({
                attestedAt: type(uint40).max,
                validUntil: type(uint40).max,
                epoch: type(uint24).max,
                generation: type(uint24).max,
                policyIndex: type(uint8).max,
                revoked: false,
                admission: bytes12(type(uint96).max)
            })
        );
        vm.assertEq(all, (1 << 240) - 1 - (uint256(0xff) << 136), "word");
    }

    /// @dev A record of zeros is no record, and a revoked one is.
    function test_revoke__any_word__that_bit_alone(uint256 word) public pure {
        uint256 revoked = SignerSlot.revoke(word);
        vm.assertTrue(SignerSlot.unpack(revoked).revoked, "revoked");
        vm.assertEq(revoked & ~(uint256(1) << 136), word & ~(uint256(1) << 136), "the rest");
    }
}
