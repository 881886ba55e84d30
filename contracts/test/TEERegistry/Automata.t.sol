// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {SignerStatus, VerifierKind} from "../../src/interfaces/registry/RegistryTypes.sol";
import {AutomataOutput} from "../../src/libraries/AutomataOutput.sol";
import {AutomataDouble} from "../harness/AutomataDouble.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Automata's verifier behind the registry: both layouts, all shapes of failure, its fee.
contract TEERegistryAutomataTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant NEXT = address(0xe1);
    AutomataDouble private automata;
    QuoteDraft private draft;
    bytes32 private platform;
    /// @dev Whose quote the output is of.
    address private quoted = vm.addr(KEY);

    function setUp() public override {
        super.setUp();
        automata = new AutomataDouble();
        draft = QuoteForge.draft(Form.TdV4);
        _use(VerifierKind.AutomataV11);
        (uint256 x, uint256 y) = vm.publicKeyP256(draft.attestationKey);
        platform = keccak256(abi.encode(x, y));
    }

    receive() external payable {}

    /* --- good quotes ----------------------------------------------------------------------------- */

    function test_admitRaw__every_form_and_layout__valid_signer() public {
        for (uint256 i = 0; i < 12; ++i) {
            VerifierKind kind = i < 6 ? VerifierKind.AutomataV10 : VerifierKind.AutomataV11;
            _use(kind);
            draft = QuoteForge.draft(Form(i % 6));
            quoted = vm.addr(KEY + i);
            automata.say(true, _output(kind, 0));
            _admitRaw(KEY + i, 0);
            assertStatus(vm.addr(KEY + i), SignerStatus.Valid);
        }
    }

    function test_admitRaw__key_kept__renewed_by_us() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _admitRaw(KEY, 0);
        uint32 id = admissionOf(KEY);
        vm.assertEq(registry.admission(id).validUntil, START + 86_400, "validUntil");
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_register__upstreams_way__taken() public {
        bytes memory quote = upstreamQuote(upstreamData(NEXT, BLOCK - 1));
        automata.say(true, abi.encodePacked(hex"0004000200", FMSPC, slice(quote, 48, 632)));
        registry.register(upstreamData(NEXT, BLOCK - 1), quote);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_admitRaw__advisory_ids_after_the_body__taken(bytes memory tail) public {
        automata.say(true, bytes.concat(_output(VerifierKind.AutomataV11, 0), tail));
        _admitRaw(KEY, 0);
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    /* --- shapes of failure ------------------------------------------------------------------------- */

    function test_admitRaw__false_with_reason__refused() public {
        automata.say(false, "TCBR");
        _refuse(abi.encodeWithSelector(IRegistryErrors.AutomataRefused.selector, bytes("TCBR")));
    }

    /// @dev What it answers for a revoked SGX platform.
    function test_admitRaw__success_with_four_bytes__refused() public {
        automata.say(true, "TCBR");
        _refuse(abi.encodeWithSelector(AutomataOutput.AutomataOutputTooShort.selector, 11 + 584, 4));
    }

    function test_admitRaw__reverts_without_reason__refused() public {
        automata.refuse("");
        _refuse(abi.encodeWithSelector(IRegistryErrors.AutomataReverted.selector, bytes("")));
        automata.refuse(hex"482b7129");
        _refuse(abi.encodeWithSelector(IRegistryErrors.AutomataReverted.selector, hex"482b7129"));
    }

    function test_admitRaw__output_cut__refused(uint256 length) public {
        bytes memory output = _output(VerifierKind.AutomataV11, 0);
        length = bound(length, 0, output.length - 1);
        automata.say(true, slice(output, 0, length));
        _refuse(abi.encodeWithSelector(AutomataOutput.AutomataOutputTooShort.selector, 595, length));
    }

    function test_admitRaw__any_byte_of_the_output_differs__refused(uint256 offset) public {
        bytes memory output = _output(VerifierKind.AutomataV11, 0);
        offset = bound(offset, 0, output.length - 1);
        // The FMSPC is its own word for it.
        vm.assume(offset < 5 || offset > 10);
        flip(output, offset);
        automata.say(true, output);
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        vm.expectRevert();
        registry.admitRaw(quote, START, proof, true);
    }

    function test_admitRaw__long_garbage_with_success__refused(bytes32 seed) public {
        bytes memory output = new bytes(20_000);
        for (uint256 i = 0; i < 40; ++i) {
            output[i] = seed[i % 32];
        }
        automata.say(true, output);
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        vm.expectRevert();
        registry.admitRaw(quote, START, proof, true);
    }

    /// @dev An output of version 1.0 for a registry that was told 1.1, and the other way round.
    function test_admitRaw__output_of_the_other_layout__refused() public {
        automata.say(true, _output(VerifierKind.AutomataV10, 0));
        _refusePartially(AutomataOutput.AutomataOutputOfOtherQuote.selector);
        _use(VerifierKind.AutomataV10);
        automata.say(true, bytes.concat(_output(VerifierKind.AutomataV11, 0), hex"0000"));
        _refusePartially(AutomataOutput.AutomataOutputOfOtherQuote.selector);
    }

    function test_admitRaw__every_status__by_its_number() public {
        for (uint8 status = 1; status < 12; ++status) {
            automata.say(true, _output(VerifierKind.AutomataV11, status));
            _refuse(
                status <= uint8(type(TcbStatus).max)
                    ? abi.encodeWithSelector(
                        IRegistryErrors.TcbStatusRefused.selector, status, UP_TO_DATE
                    )
                    : abi.encodeWithSelector(AutomataOutput.AutomataStatusUnknown.selector, status)
            );
        }
    }

    /// @dev What Automata's verifier does not look at.
    function test_admitRaw__debug_trust_domain__refused() public {
        draft.region[168] = 0x01;
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _refusePartially(IRegistryErrors.DebugRefused.selector);
    }

    function test_admitRaw__platform_revoked__refused() public {
        vm.prank(GUARDIAN);
        registry.revokePlatform(platform, REASON);
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _refuse(abi.encodeWithSelector(IRegistryErrors.PlatformIsRevoked.selector, platform));
    }

    function test_admit__compact_quote__refused() public {
        bytes memory quote = compactQuote(draft, vm.addr(KEY), newestBlock());
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        vm.expectPartialRevert(IRegistryErrors.CompactQuoteRefused.selector);
        registry.admit(quote, START, proof, true);
    }

    /* --- recheck --------------------------------------------------------------------------------- */

    function test_recheckRaw__status_or_refusal__only_a_status_evicts() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _admitRaw(KEY, 0);
        uint32 id = admissionOf(KEY);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        automata.say(false, "TCBR");
        vm.expectPartialRevert(IRegistryErrors.AutomataRefused.selector);
        registry.recheckRaw(quote);
        automata.refuse(hex"482b7129");
        vm.expectPartialRevert(IRegistryErrors.AutomataReverted.selector);
        registry.recheckRaw(quote);
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
        vm.warp(START + 9);
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        registry.recheckRaw(quote);
        vm.assertEq(registry.admission(id).validUntil, START + 86_409, "validUntil");
        automata.say(true, _output(VerifierKind.AutomataV11, 4));
        registry.recheckRaw(quote);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    /* --- the fee --------------------------------------------------------------------------------- */

    function test_admitRaw__fee__paid_and_the_rest_to_the_origin() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        automata.charge(0.3 ether, false);
        vm.deal(RELAYER, 1 ether);
        _admitRaw(KEY, 1 ether);
        vm.assertEq(RELAYER.balance, 0.7 ether, "relayer");
        vm.assertEq(address(automata).balance, 0.3 ether, "verifier");
        vm.assertEq(address(registry).balance, 0, "registry");
    }

    /// @dev A verifier that gives back to its caller.
    function test_admitRaw__refund_to_the_registry__passed_on() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        automata.charge(0.3 ether, true);
        vm.deal(RELAYER, 1 ether);
        _admitRaw(KEY, 1 ether);
        vm.assertEq(RELAYER.balance, 0.7 ether, "relayer");
        vm.assertEq(address(registry).balance, 0, "registry");
    }

    function test_admitRaw__value_below_the_fee__refused() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        automata.charge(1, false);
        _refusePartially(IRegistryErrors.AutomataReverted.selector);
    }

    function test_receive__from_anybody__refused(address sender) public {
        vm.deal(sender, 1);
        vm.prank(sender);
        (bool success, bytes memory reason) = address(registry).call{value: 1}("");
        vm.assertFalse(success, "success");
        vm.assertEq(selectorOf(reason), IRegistryErrors.ValueRefused.selector, "reason");
    }

    /// @dev Value that was forced into the registry is nobody's: it stays there.
    function test_admitRaw__forced_value__stays() public {
        vm.deal(address(registry), 5);
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        automata.charge(0.3 ether, true);
        vm.deal(RELAYER, 1 ether);
        _admitRaw(KEY, 1 ether);
        vm.assertEq(RELAYER.balance, 0.7 ether, "relayer");
        vm.assertEq(address(registry).balance, 5, "registry");
    }

    /// @dev Only the sender's own transaction fails, and only if it brought value.
    function test_admitRaw__sender_takes_no_refund__refused_with_value_alone() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        automata.charge(1, true);
        vm.deal(address(registry), 5);
        vm.deal(address(double), 7);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        uint256 snapshot = vm.snapshotState();
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.RefundFailed.selector, address(double), 6)
        );
        vm.prank(address(double));
        registry.admitRaw{value: 7}(quote, START, proof, true);
        vm.revertToState(snapshot);
        vm.prank(address(double));
        registry.admitRaw{value: 1}(quote, START, proof, true);
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    /* --- the platform -------------------------------------------------------------------------- */

    /// @dev Automata's verifier does not tell machines apart: a key is no machine.
    function test_attestationOf__by_automatas_verifier__platform_not_known() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _admitRaw(KEY, 0);
        (bool isValid, bytes32 platform_, bytes32 measurement_) =
            registry.attestationOf(vm.addr(KEY));
        vm.assertTrue(isValid, "valid");
        vm.assertEq(platform_, bytes32(0), "platform");
        vm.assertEq(measurement_, measurement, "measurement");
        vm.assertEq(registry.registration(vm.addr(KEY)).platform, platform, "for revokePlatform");
        vm.prank(GUARDIAN);
        registry.revokePlatform(platform, REASON);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    /* --- calls back ------------------------------------------------------------------------------- */

    function test_admitRaw__verifier_registers_again__refused() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        automata.callBack(abi.encodeCall(registry.admitRaw, (quote, START, proof, true)));
        registry.admitRaw(quote, START, proof, true);
        vm.assertFalse(automata.callbackSucceeded(), "callback");
        vm.assertEq(
            selectorOf(automata.callbackReason()), IRegistryErrors.Reentered.selector, "reason"
        );
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    /// @dev A renewal of the same signer inside of its admission: the admission then fails.
    function test_admitRaw__verifier_renews_the_same_signer__refused() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        _admitRaw(KEY, 0);
        uint32 id = admissionOf(KEY);
        address signer = vm.addr(NEXT_KEY);
        (bytes32 r, bytes32 s) = renewalSignature(draft, signer, newestBlock());
        automata.callBack(
            abi.encodeCall(registry.renew, (id, signer, newestBlock(), uint256(r), uint256(s)))
        );
        quoted = signer;
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        bytes memory quote = rawQuote(draft, signer, newestBlock());
        bytes memory proof = possession(draft, NEXT_KEY, newestBlock(), START, true);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.SignerAlreadyRegistered.selector, signer, START)
        );
        registry.admitRaw(quote, START, proof, true);
    }

    /// @dev The owner is the verifier here: what it ends inside of the call is ended.
    function test_admitRaw__epoch_raised_inside__registered_in_the_new_one() public {
        automata.say(true, _output(VerifierKind.AutomataV11, 0));
        vm.prank(OWNER);
        registry.setGuardian(address(automata));
        automata.callBack(abi.encodeCall(registry.pause, (REASON)));
        _refuse(abi.encodeWithSelector(IRegistryErrors.RegistrationsPaused.selector));
        automata.callBack(abi.encodeCall(registry.removeMeasurement, (measurement, REASON)));
        _refuse(abi.encodeWithSelector(IRegistryErrors.MeasurementNotAllowed.selector, measurement));
        automata.callBack(abi.encodeCall(registry.raiseEpoch, (REASON)));
        _admitRaw(KEY, 0);
        vm.assertEq(registry.epoch(), 1, "epoch");
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
    }

    /// @dev It tells less: the platform is the key's hash, the evidence the QE report's.
    function templateOf(QuoteDraft memory of_) internal view override returns (address) {
        (uint256 x, uint256 y) = vm.publicKeyP256(of_.attestationKey);
        bytes32 key = keccak256(abi.encode(x, y));
        return of_.template(address(registry), key, FMSPC, keccak256(of_.qeReport));
    }

    function _use(VerifierKind kind) private {
        vm.prank(OWNER);
        registry.setVerifier(address(automata), kind);
    }

    /// @dev What Automata's verifier puts out for the quote of `quoted`, of the draft's form.
    function _output(VerifierKind kind, uint8 status) private view returns (bytes memory) {
        uint64 number = newestBlock();
        (bytes32 high, bytes32 low) = reportData(quoted, number, hashOf(number));
        bytes memory region = draft.regionWith(high, low);
        uint256 body = QuoteForge.bodyOf(draft.form);
        bytes memory report = slice(region, body, region.length);
        bytes2 version = bytes2(uint16(uint8(region[0])));
        uint16[6] memory types = [uint16(1), 1, 1, 2, 2, 3];
        if (kind == VerifierKind.AutomataV10) {
            bytes memory tee = slice(region, 4, 8);
            return bytes.concat(version, tee, bytes1(status), FMSPC, report);
        }
        bytes2 bodyType = bytes2(types[uint256(draft.form)]);
        return bytes.concat(version, bodyType, bytes1(status), FMSPC, report);
    }

    function _admitRaw(uint256 key, uint256 value) private {
        bytes memory proof = possession(draft, key, newestBlock(), START, true);
        bytes memory quote = rawQuote(draft, vm.addr(key), newestBlock());
        vm.prank(RELAYER, RELAYER);
        registry.admitRaw{value: value}(quote, START, proof, true);
    }

    function _refuse(bytes memory reason) private {
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        vm.expectRevert(reason);
        registry.admitRaw(quote, START, proof, true);
    }

    function _refusePartially(bytes4 selector) private {
        bytes memory proof = possession(draft, KEY, newestBlock(), START, true);
        bytes memory quote = rawQuote(draft, vm.addr(KEY), newestBlock());
        vm.expectPartialRevert(selector);
        registry.admitRaw(quote, START, proof, true);
    }
}
