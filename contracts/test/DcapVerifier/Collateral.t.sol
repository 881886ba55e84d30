// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral} from "../../src/interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {CollateralMaker} from "../harness/CollateralMaker.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice What the store has, or has no longer, and the PCK certificate's place among it.
contract DcapVerifierCollateralTest is SimulatedPlatform {
    bytes private info;
    bytes private identity;

    function setUp() public {
        setUpPlatform();
        info = CollateralMaker.encode(goodTcbInfo(TDX));
        identity = CollateralMaker.encode(goodIdentity(TDX));
    }

    /* --- unknown --------------------------------------------------------------------------- */

    function test_verify__unknown_ca__refused() public {
        store.setAuthority(CA_KEY_ID, 0);
        _refuseUnknown(goodDraft(), Collateral.PckCa, CA_KEY_ID);
    }

    /// @dev A CA of the attacker's own, whatever names it bears, has no record.
    function test_verify__other_authority_key__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.authorityKey =
            extension(hex"551d23", bytes.concat(hex"30168014", bytes20(uint160(7))), false);
        _refuseUnknown(draft, Collateral.PckCa, 7);
    }

    function test_verify__unknown_tcb_info__refused() public {
        store.setTcbInfo(keyOf(TDX), 0);
        _refuseUnknown(goodDraft(), Collateral.TcbInfo, keyOf(TDX));
        taken(draftOf(0));
    }

    function test_verify__other_fmspc__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.fmspc = "OTHERS";
        // forge-lint: disable-next-line(unsafe-typecast)
        _refuseUnknown(draft, Collateral.TcbInfo, (TDX << 48) | uint48(bytes6("OTHERS")));
    }

    function test_verify__unknown_identity__refused() public {
        store.setIdentity(TDX, 0);
        _refuseUnknown(goodDraft(), Collateral.QeIdentity, TDX);
        taken(draftOf(0));
    }

    /* --- windows --------------------------------------------------------------------------- */

    function test_verify__first_and_last_second__taken() public {
        Draft memory draft = goodDraft();
        vm.warp(QE_END);
        taken(draft);
        vm.warp(START - 1 days);
        taken(draft);
    }

    function test_verify__outside_of_the_ca_window__refused() public {
        store.setAuthority(CA_KEY_ID, _with(caRecord, START + 1, CA_END, 3));
        _refuseEarly(Collateral.PckCa);
        store.setAuthority(CA_KEY_ID, _with(caRecord, START - 9, START - 1, 3));
        _refuseLate(Collateral.PckCa);
    }

    function test_verify__outside_of_the_tcb_info_window__refused() public {
        store.setTcbInfo(keyOf(TDX), store.keep(info, START + 1, TCB_END, 3));
        _refuseEarly(Collateral.TcbInfo);
        store.setTcbInfo(keyOf(TDX), store.keep(info, START - 9, START - 1, 3));
        _refuseLate(Collateral.TcbInfo);
    }

    function test_verify__outside_of_the_identity_window__refused() public {
        store.setIdentity(TDX, store.keep(identity, START + 1, QE_END, 3));
        _refuseEarly(Collateral.QeIdentity);
        store.setIdentity(TDX, store.keep(identity, START - 9, START - 1, 3));
        _refuseLate(Collateral.QeIdentity);
    }

    function test_verify__each_end__counts_when_earliest() public {
        Draft memory draft = goodDraft();
        vm.assertEq(taken(draft).validUntil, QE_END, "QE identity");
        store.setTcbInfo(keyOf(TDX), store.keep(info, START, START + 7, 3));
        vm.assertEq(taken(draft).validUntil, START + 7, "TCB info");
        store.setAuthority(CA_KEY_ID, _with(caRecord, START, START + 5, 3));
        vm.assertEq(taken(draft).validUntil, START + 5, "PCK CA");
        draft.pck.validity = bytes.concat(utc("200101000000Z"), utc("260101000003Z"));
        vm.assertEq(taken(draft).validUntil, START + 3, "PCK certificate");
    }

    /* --- revocation ------------------------------------------------------------------------ */

    function test_verify__revoked_ca__refused() public {
        store.setAuthority(CA_KEY_ID, _with(caRecord, 0, 0, 3));
        refused(
            goodDraft(),
            abi.encodeWithSelector(
                IDcapErrors.CollateralRevoked.selector, Collateral.PckCa, CA_KEY_ID
            )
        );
    }

    function test_verify__revoked_pck__refused() public {
        Draft memory draft = goodDraft();
        store.revoke(CA_KEY_ID, draft.pck.serial + 1, 5);
        store.revoke(CA_KEY_ID + 1, draft.pck.serial, 5);
        taken(draft);
        store.revoke(CA_KEY_ID, draft.pck.serial, 5);
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.PckRevoked.selector, CA_KEY_ID, draft.pck.serial, 5)
        );
    }

    /// @dev A revocation is for good: the list that named it may have ended, or the next is not here.
    function test_verify__revoked_pck_outside_of_the_ca_window__revoked() public {
        Draft memory draft = goodDraft();
        bytes memory reason =
            abi.encodeWithSelector(IDcapErrors.PckRevoked.selector, CA_KEY_ID, draft.pck.serial, 5);
        store.revoke(CA_KEY_ID, draft.pck.serial, 5);
        store.setAuthority(CA_KEY_ID, _with(caRecord, START - 9, START - 1, 3));
        refused(draft, reason);
        store.setAuthority(CA_KEY_ID, _with(caRecord, START + 1, CA_END, 3));
        refused(draft, reason);
    }

    /// @dev The longest serial numbers have 20 bytes, and a zero byte when they start high.
    function test_verify__revoked_long_serial__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.serial = type(uint160).max;
        taken(draft);
        store.revoke(CA_KEY_ID, type(uint160).max, 1);
        refused(
            draft,
            abi.encodeWithSelector(IDcapErrors.PckRevoked.selector, CA_KEY_ID, type(uint160).max, 1)
        );
    }

    function test_verify__signed_in_another_epoch__refused() public {
        for (uint256 epoch = 2; epoch < 5; epoch += 2) {
            store.setTcbInfo(keyOf(TDX), store.keep(info, START, TCB_END, epoch));
            _refuseEpoch(Collateral.TcbInfo, epoch);
            store.setTcbInfo(keyOf(TDX), store.keep(info, START, TCB_END, 3));
            store.setIdentity(TDX, store.keep(identity, START, QE_END, epoch));
            _refuseEpoch(Collateral.QeIdentity, epoch);
            store.setIdentity(TDX, store.keep(identity, START, QE_END, 3));
            taken(goodDraft());
        }
    }

    /* --- helpers --------------------------------------------------------------------------- */

    function _with(uint256 record, uint256 notBefore, uint256 notAfter, uint256 epoch)
        private
        pure
        returns (uint256)
    {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint160(record) | (notBefore << 160) | (notAfter << 200) | (epoch << 240);
    }

    function _refuseUnknown(Draft memory draft, Collateral kind, uint256 key) private {
        refused(draft, abi.encodeWithSelector(IDcapErrors.CollateralUnknown.selector, kind, key));
    }

    function _refuseEarly(Collateral kind) private {
        refused(
            goodDraft(),
            abi.encodeWithSelector(
                IDcapErrors.CollateralNotYetValid.selector, kind, START + 1, START
            )
        );
    }

    function _refuseLate(Collateral kind) private {
        refused(
            goodDraft(),
            abi.encodeWithSelector(IDcapErrors.CollateralExpired.selector, kind, START - 1, START)
        );
    }

    function _refuseEpoch(Collateral kind, uint256 epoch) private {
        refused(
            goodDraft(),
            abi.encodeWithSelector(IDcapErrors.CollateralSignerRevoked.selector, kind, epoch, 3)
        );
    }
}
