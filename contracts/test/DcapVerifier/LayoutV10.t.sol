// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAutomataLayoutV10} from "../../src/interfaces/IAutomataLayoutV10.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";
import {UpstreamRegistryDouble} from "../harness/UpstreamRegistryDouble.sol";

/// @notice Our verifier behind contracts that were written for version 1.0 of Automata's.
contract AutomataLayoutV10Test is SimulatedPlatform {
    IAutomataLayoutV10 private adapter;

    function setUp() public {
        setUpPlatform();
        adapter = _deploy(address(verifier));
    }

    receive() external payable {}

    function test_attest__each_kind__in_the_layout_of_1_0() public {
        uint16[6] memory versions = [uint16(3), 4, 4, 5, 5, 5];
        bytes4[6] memory teeTypes = [bytes4(0), 0, hex"81000000", 0, hex"81000000", hex"81000000"];
        for (uint256 kind = 0; kind < 6; ++kind) {
            Draft memory draft = draftOf(kind);
            (bool success, bytes memory output) = adapter.verifyAndAttestOnChain(assemble(draft));
            vm.assertTrue(success, "success");
            bytes memory head = abi.encodePacked(versions[kind], teeTypes[kind], hex"00", "SIMDEV");
            vm.assertEq(output, bytes.concat(head, draft.body), "output");
        }
    }

    /// @dev The drop-in that docs/contracts.md names: on the verifier alone it reads two bytes off.
    function test_register__upstreams_way_of_reading__works_on_the_adapter_alone() public {
        address signer = address(0xa11ce);
        Draft memory draft = goodDraft();
        setReportData(draft, bytes32(uint256(uint160(signer))), bytes32(uint256(7)));
        UpstreamRegistryDouble registry = new UpstreamRegistryDouble(adapter);
        registry.register(assemble(draft));
        vm.assertTrue(registry.isRegistered(signer), "on the adapter");
        registry = new UpstreamRegistryDouble(IAutomataLayoutV10(address(verifier)));
        try registry.register(assemble(draft)) {} catch {}
        vm.assertFalse(registry.isRegistered(signer), "on the verifier");
    }

    function test_attest__bad_quote__no_success_and_the_reason_as_it_is() public {
        Draft memory draft = goodDraft();
        draft.header[0] = 0x06;
        (bool success, bytes memory output) = adapter.verifyAndAttestOnChain(assemble(draft));
        vm.assertFalse(success, "success");
        bytes memory reason = abi.encodeWithSelector(IDcapErrors.QuoteVersionRefused.selector, 6);
        vm.assertEq(output, reason, "reason");
    }

    function test_attest__any_change__no_success(uint256 offset, bytes1 value) public {
        bytes memory quote = assemble(goodDraft());
        offset = bound(offset, 0, quote.length - 2);
        vm.assume(quote[offset] != value);
        quote[offset] = value;
        (bool success,) = adapter.verifyAndAttestOnChain(quote);
        vm.assertFalse(success, "success");
    }

    function test_attest__value__goes_back_to_the_origin() public {
        uint256 before = tx.origin.balance;
        adapter.verifyAndAttestOnChain{value: 5}(assemble(goodDraft()));
        vm.assertEq(address(adapter).balance, 0, "nothing kept");
        vm.assertEq(tx.origin.balance, before + 5, "refund");
    }

    function test_constructor__no_verifier__refused() public {
        vm.assertEq(address(adapter.verifier()), address(verifier), "kept");
        vm.expectRevert(
            abi.encodeWithSelector(IAutomataLayoutV10.VerifierWithoutCode.selector, address(5))
        );
        _deploy(address(5));
    }

    function _deploy(address verifier_) private returns (IAutomataLayoutV10) {
        bytes memory arguments = abi.encode(verifier_);
        return
            IAutomataLayoutV10(vm.deployCode("AutomataLayoutV10.sol:AutomataLayoutV10", arguments));
    }
}
