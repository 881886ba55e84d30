// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheatcodes that a script needs.
interface ScriptVm {
    function startBroadcast() external;
    function stopBroadcast() external;
    function envBytes(string calldata name) external view returns (bytes memory);
    function envOr(string calldata name, uint256 fallback_) external view returns (uint256);
    function envOr(string calldata name, address fallback_) external view returns (address);
    function envOr(string calldata name, bool fallback_) external view returns (bool);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function toString(address value) external pure returns (string memory);
}

/// @title Deployment by forge, for those who deploy everything so
/// @notice The same four contracts in the same order as `attestor deploy`, which also shows a plan,
/// compares the code on the chain with the build, can go on after a stop, and can use an Automata
/// verifier. Settings come from the environment:
///
///     ROOT_CERTIFICATE           DER of the root CA's certificate, 0x text
///     EVALUATION_DELAY_SECONDS   365 days if not set
///     OWNER                      the sender if not set
///     GUARDIAN                   the owner if not set, who can all that a guardian can
///     GATEWAY                    SP1's verifier gateway; none if not set
///     THRESHOLD                  machines that a proof must come from; 1 if not set
///     DISTINCT_MEASUREMENTS      whether their measurements must differ; false if not set
///
///     forge script contracts/script/Deploy.s.sol --rpc-url … --ledger --broadcast
contract Deploy {
    ScriptVm private constant vm =
        ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice forge runs what calls itself a script.
    bool public constant IS_SCRIPT = true;

    uint8 private constant VERIFIER_KIND_OWN = 0;

    error DeploymentFailed(string artifact);

    /// @notice Deploy all; the addresses are the script's return values.
    function run()
        external
        returns (address store, address verifier, address registry, address multiProof)
    {
        address owner = vm.envOr("OWNER", msg.sender);
        address guardian = vm.envOr("GUARDIAN", owner);
        address gateway = vm.envOr("GATEWAY", address(0));
        uint256 threshold = vm.envOr("THRESHOLD", uint256(1));
        uint256 delay = vm.envOr("EVALUATION_DELAY_SECONDS", uint256(365 days));
        bool distinct = vm.envOr("DISTINCT_MEASUREMENTS", false);
        bytes memory root = vm.envBytes("ROOT_CERTIFICATE");

        vm.startBroadcast();
        store = _create("CollateralStore.sol:CollateralStore", abi.encode(root, delay));
        verifier = _create("DcapVerifier.sol:DcapVerifier", abi.encode(store));
        registry = _create(
            "TEERegistry.sol:TEERegistry", abi.encode(verifier, VERIFIER_KIND_OWN, owner, guardian)
        );
        multiProof = _create(
            "MultiProof.sol:MultiProof", abi.encode(registry, gateway, threshold, distinct)
        );
        vm.stopBroadcast();
    }

    function _create(string memory artifact, bytes memory arguments)
        private
        returns (address made)
    {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        // Compiled contracts are not imported, so that each is built under its own profile.
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        if (made == address(0)) revert DeploymentFailed(artifact);
    }
}
