// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {
    Registration,
    SignerStatus,
    UpstreamReportData
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Sends on what it was sent, and takes no value.
contract PlainRelayer {
    function send(address to, bytes calldata data) external payable {
        (bool success, bytes memory reason) = to.call{value: msg.value}(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}

/// @notice Who sees a transaction before it is mined and sends something of it first.
contract TEERegistryStrangersTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant STRANGER = address(0xbad);
    /// @dev Where r and s stand in a compact TDX quote of version 4.
    uint256 private constant SIGNATURE = 632;

    QuoteDraft private draft;
    uint32 private id;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        admit(draft, KEY, true);
        id = admissionOf(KEY);
    }

    /* --- the quote of an admission ------------------------------------------------------------- */

    /// @dev Shortly before the admission ends, a renewal would be valid for a minute.
    function test_renew__by_the_quote_of_a_pending_admission__refused() public {
        vm.warp(START + 86_400 - 60);
        bytes memory quote = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        _refuseRenewalBy(quote);
        admit(draft, NEXT_KEY, true);
        Registration memory record = registry.registration(vm.addr(NEXT_KEY));
        vm.assertEq(record.validUntil, block.timestamp + 3600, "signer");
        vm.assertEq(registry.admission(id).validUntil, block.timestamp + 86_400, "admission");
    }

    function test_renew__by_the_quote_of_an_admission_whose_deadline_passed__refused() public {
        bytes memory quote = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory proof = possession(NEXT_KEY, newestBlock(), START);
        vm.warp(START + 900);
        vm.expectPartialRevert(IRegistryErrors.DeadlinePassed.selector);
        registry.admit(quote, START, proof, true);
        _refuseRenewalBy(quote);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Unregistered);
    }

    function test_renew__by_the_quote_of_upstreams_call__refused() public {
        address signer = address(0xe1);
        bytes memory quote = upstreamQuote(upstreamData(signer, block.number - 1));
        uint256 r = uint256(bytes32(slice(quote, SIGNATURE + 4, SIGNATURE + 36)));
        uint256 s = uint256(bytes32(slice(quote, SIGNATURE + 36, SIGNATURE + 68)));
        vm.expectPartialRevert(IRegistryErrors.RenewalSignatureInvalid.selector);
        registry.renew(id, signer, newestBlock(), r, s);
    }

    /// @dev Nor the other way round: it would enrol a key that nobody asked for.
    function test_admit__by_the_quote_of_a_renewal__refused() public {
        (bytes32 high, bytes32 low) = renewalReportData(
            vm.addr(NEXT_KEY), newestBlock(), hashOf(BLOCK - 1), templateOf(draft)
        );
        bytes memory quote = draft.compact(high, low);
        bytes memory proof = possession(NEXT_KEY, newestBlock(), START);
        vm.expectPartialRevert(IRegistryErrors.ReportDataTagUnknown.selector);
        registry.admit(quote, START, proof, true);
    }

    /* --- copies of what is pending ------------------------------------------------------------- */

    /// @dev Whoever sends it and in whatever encoding: the signer is valid as long, the key is
    /// enrolled, and the sender's own quotes go on serving for a recheck.
    function test_admit__copied_as_raw_with_other_signatures__same_for_the_sender() public {
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
        bytes memory own = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory copy = rawQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        // In the signature over the QE report, and in the authentication data behind it.
        flip(copy, copy.length - draft.backing.length - 64);
        flip(copy, copy.length - draft.backing.length);
        bytes memory proof = possession(NEXT_KEY, newestBlock(), START);
        vm.prank(STRANGER);
        registry.admitRaw(copy, START, proof, true);
        vm.assertEq(registry.registration(vm.addr(NEXT_KEY)).validUntil, START + 3600, "validUntil");
        uint32 number = admissionOf(NEXT_KEY);
        vm.assertTrue(registry.admission(number).isLive, "live");
        vm.warp(START + 1000);
        registry.recheck(own);
        vm.assertEq(registry.admission(number).validUntil, START + 87_400, "rechecked");
        renew(draft, number, address(0xe1));
        assertStatus(address(0xe1), SignerStatus.Valid);
    }

    function test_renew__copied__same_for_the_sender() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, address(0xe1), newestBlock());
        vm.prank(STRANGER);
        registry.renew(id, address(0xe1), newestBlock(), uint256(r), P256_ORDER - uint256(s));
        vm.assertEq(registry.registration(address(0xe1)).validUntil, START + 3600, "validUntil");
    }

    /* --- forced value -------------------------------------------------------------------------- */

    function test_register__forced_value__relayer_that_takes_none_goes_on() public {
        PlainRelayer relayer = new PlainRelayer();
        vm.deal(address(registry), 1);
        UpstreamReportData memory data = upstreamData(address(0xe1), block.number - 1);
        relayer.send(
            address(registry), abi.encodeCall(registry.register, (data, upstreamQuote(data)))
        );
        assertStatus(address(0xe1), SignerStatus.Valid);
        vm.assertEq(address(registry).balance, 1, "registry");
    }

    function test_register__forced_value_and_value__own_value_comes_back() public {
        vm.deal(address(registry), 1 ether);
        vm.deal(RELAYER, 3);
        UpstreamReportData memory data = upstreamData(address(0xe1), block.number - 1);
        bytes memory quote = upstreamQuote(data);
        vm.prank(RELAYER);
        registry.register{value: 3}(data, quote);
        vm.assertEq(RELAYER.balance, 3, "relayer");
        vm.assertEq(address(registry).balance, 1 ether, "registry");
    }

    /// @dev What the harness is to do: a contract that takes no value would get none either.
    function test_registerNow__the_harness__sends_as_the_relayer() public {
        vm.deal(RELAYER, 0);
        vm.etch(RELAYER, hex"5f5ffd");
        registerNow(address(0xe7));
        assertStatus(address(0xe7), SignerStatus.Valid);
    }

    function _refuseRenewalBy(bytes memory quote) private {
        uint256 r = uint256(bytes32(slice(quote, SIGNATURE, SIGNATURE + 32)));
        uint256 s = uint256(bytes32(slice(quote, SIGNATURE + 32, SIGNATURE + 64)));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.RenewalSignatureInvalid.selector, id)
        );
        vm.prank(STRANGER);
        registry.renew(id, vm.addr(NEXT_KEY), newestBlock(), r, s);
    }
}
