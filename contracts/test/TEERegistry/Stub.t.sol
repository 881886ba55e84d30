// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {SignersOnly} from "../../src/testing/SignersOnly.sol";
import {TEERegistryStub} from "../../src/testing/TEERegistryStub.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice What is the stub's own: where it may exist, what a test may tell it, what it does not know.
/// What it answers about signers, StubConforms.t.sol compares with the registry's answers.
contract TEERegistryStubTest is TestCase {
    address private constant SIGNER = address(0xa11ce);

    TEERegistryStub private stub;

    function setUp() public {
        vm.chainId(31_337);
        vm.warp(1000);
        stub = new TEERegistryStub();
    }

    function test_constructor__public_chain__refused() public {
        vm.chainId(1337);
        new TEERegistryStub();
        vm.chainId(1);
        vm.expectRevert(
            abi.encodeWithSelector(TEERegistryStub.STUB_OnDevelopmentChainsOnly.selector, 1)
        );
        new TEERegistryStub();
    }

    function test_register__no_time_left__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(TEERegistryStub.STUB_EndsBeforeItBegins.selector, 1000, 1000)
        );
        stub.STUB_register(SIGNER, "measurement", "platform", 1000);
        stub.STUB_register(SIGNER, "measurement", "platform", 1001);
        vm.assertTrue(stub.verifyAttestedProver(SIGNER), "one second");
    }

    function test_end__what_ends_nothing__refused() public {
        stub.STUB_register(SIGNER, "measurement", "platform", 2000);
        SignerStatus[3] memory none =
            [SignerStatus.Unregistered, SignerStatus.Valid, SignerStatus.Expired];
        for (uint256 i = 0; i < none.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(TEERegistryStub.STUB_NotAnEnd.selector, none[i]));
            stub.STUB_end(SIGNER, none[i]);
        }
        vm.assertTrue(stub.verifyAttestedProver(SIGNER), "valid as before");
    }

    function test_end__signer_that_is_not_registered__refused_unless_it_is_a_revocation() public {
        vm.expectRevert(abi.encodeWithSelector(TEERegistryStub.STUB_NotRegistered.selector, SIGNER));
        stub.STUB_end(SIGNER, SignerStatus.EpochEnded);
        stub.STUB_end(SIGNER, SignerStatus.Revoked);
        vm.assertTrue(stub.signerStatus(SIGNER) == SignerStatus.Revoked, "revoked");
    }

    function test_other_calls__quotes_policy_and_settings__refused_by_their_names() public {
        bytes[5] memory asked = [
            abi.encodeCall(ITEERegistry.admit, ("", 0, "", true)),
            abi.encodeCall(ITEERegistry.checkRegistrable, (SIGNER, 1)),
            abi.encodeCall(ITEERegistry.isMeasurementAllowed, (bytes32(0))),
            abi.encodeCall(ITEERegistry.revokeSigner, (SIGNER, "")),
            abi.encodeCall(ITEERegistry.paused, ())
        ];
        for (uint256 i = 0; i < asked.length; ++i) {
            // The selector is what comes first.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes4 selector = bytes4(asked[i]);
            (bool holds, bytes memory answer) = address(stub).call(asked[i]);
            vm.assertFalse(holds, "refused");
            bytes memory expected =
                abi.encodeWithSelector(SignersOnly.STUB_KnowsSignersOnly.selector, selector);
            vm.assertEq(answer, expected, "by its name");
        }
    }
}
