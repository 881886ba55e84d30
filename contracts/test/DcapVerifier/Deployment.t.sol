// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {IntelIdentity} from "../../src/libraries/IntelIdentity.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice What may be pinned where.
contract DcapVerifierDeploymentTest is TestCase {
    // The key of "Intel SGX Root CA".
    uint256 private constant INTEL_X =
        0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5;
    uint256 private constant INTEL_Y =
        0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394;
    bytes32 private constant INTEL_QE = IntelIdentity.QE_MR_SIGNER;

    function test_constructor__intel_on_mainnet__pinned() public {
        vm.chainId(1);
        IDcapVerifier verifier = deployVerifier(INTEL_X, INTEL_Y, INTEL_QE);
        vm.assertEq(verifier.rootX(), INTEL_X, "rootX");
        vm.assertEq(verifier.rootY(), INTEL_Y, "rootY");
        vm.assertEq(verifier.qeMrSigner(), INTEL_QE, "qeMrSigner");
    }

    function test_constructor__other_root_on_any_other_chain__refused(uint256 chain) public {
        chain = bound(chain, 1, type(uint64).max);
        vm.assume(chain != 1337 && chain != 31337);
        vm.chainId(chain);
        bytes32 keyHash = keccak256(abi.encode(INTEL_X, INTEL_Y + 1));
        vm.expectRevert(abi.encodeWithSelector(IDcapVerifier.RootNotIntel.selector, keyHash));
        deployVerifier(INTEL_X, INTEL_Y + 1, INTEL_QE);
    }

    function test_constructor__other_qe_signer_on_any_other_chain__refused(uint256 chain) public {
        chain = bound(chain, 1, type(uint64).max);
        vm.assume(chain != 1337 && chain != 31337);
        vm.chainId(chain);
        bytes32 signer = INTEL_QE ^ bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IDcapVerifier.QeSignerNotIntel.selector, signer));
        deployVerifier(INTEL_X, INTEL_Y, signer);
    }

    function test_constructor__others_on_development_chains__pinned() public {
        uint16[2] memory chains = [1337, 31337];
        for (uint256 i = 0; i < chains.length; ++i) {
            vm.chainId(chains[i]);
            IDcapVerifier verifier = deployVerifier(1, 2, bytes32(uint256(3)));
            vm.assertEq(verifier.rootX(), 1, "rootX");
            vm.assertEq(verifier.rootY(), 2, "rootY");
            vm.assertEq(verifier.qeMrSigner(), bytes32(uint256(3)), "qeMrSigner");
        }
    }

    /// @dev As on a chain before Osaka: a call of 0x100 succeeds and returns nothing.
    function test_constructor__no_precompile__refused() public {
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(IDcapVerifier.P256PrecompileMissing.selector);
        deployVerifier(INTEL_X, INTEL_Y, INTEL_QE);
    }
}
