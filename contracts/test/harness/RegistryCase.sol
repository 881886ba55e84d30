// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier, VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {TestCase} from "./TestCase.sol";
import {VerifierDouble} from "./VerifierDouble.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @notice Base of the registry's tests: a registry at block 1000 with a double as its verifier.
abstract contract RegistryCase is TestCase {
    address internal constant OWNER = address(0x0001);
    address internal constant RELAYER = address(0x2e1a);
    address internal constant SIGNER = address(0x519e);
    bytes32 internal constant MEASUREMENT = keccak256("measurement");
    uint64 internal constant START = 1_800_000_000;
    uint256 internal constant BLOCK = 1000;
    uint64 internal constant FAR = 2_500_000_000;

    ITEERegistry internal registry;

    function setUp() public virtual {
        vm.warp(START);
        rollTo(BLOCK);
        registry = deployRegistry(IDcapVerifier(address(new VerifierDouble())));
        vm.prank(OWNER);
        registry.allowMeasurement(MEASUREMENT);
    }

    function deployRegistry(IDcapVerifier verifier) internal returns (ITEERegistry) {
        bytes memory arguments = abi.encode(verifier, OWNER);
        return ITEERegistry(vm.deployCode("TEERegistry.sol:TEERegistry", arguments));
    }

    /// @notice Go to a block; the 256 before it have hashes, as on a chain.
    function rollTo(uint256 number) internal {
        vm.roll(number);
        for (uint256 i = 1; i <= 256 && i <= number; ++i) {
            vm.setBlockhash(number - i, hashOf(number - i));
        }
    }

    function hashOf(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("block", number));
    }

    /// @notice Report data for a block of this chain, as an honest signer makes it.
    function dataFor(address signer, uint256 number)
        internal
        pure
        returns (ITEERegistry.ReportData memory)
    {
        return ITEERegistry.ReportData(number, hashOf(number), signer);
    }

    /// @notice What the verifier says of a quote for that data.
    function verifiedFor(ITEERegistry.ReportData memory data)
        internal
        pure
        returns (VerifiedQuote memory)
    {
        bytes32 digest = keccak256(
            abi.encode(data.referenceBlockNumber, data.referenceBlockHash, data.proverAddress)
        );
        bytes32 high = bytes32(uint256(uint160(data.proverAddress)));
        return VerifiedQuote(MEASUREMENT, high, digest, FAR);
    }

    function quoteFor(ITEERegistry.ReportData memory data) internal pure returns (bytes memory) {
        return abi.encode(verifiedFor(data));
    }

    /// @notice Register a signer with a quote of the newest block that can be named.
    function registerNow(address signer) internal {
        ITEERegistry.ReportData memory data = dataFor(signer, block.number - 1);
        vm.prank(RELAYER);
        registry.register(data, quoteFor(data));
    }

    function assertStatus(address signer, ITEERegistry.SignerStatus expected) internal view {
        uint256 actual = uint256(registry.signerStatus(signer));
        vm.assertEq(actual, uint256(expected), "status");
        bool isValid = expected == ITEERegistry.SignerStatus.Valid;
        vm.assertTrue(registry.verifyAttestedProver(signer) == isValid, "verifyAttestedProver");
    }

    function ownable() internal view returns (Ownable2Step) {
        return Ownable2Step(address(registry));
    }
}
