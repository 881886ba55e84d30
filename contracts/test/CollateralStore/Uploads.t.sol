// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Evaluation, Held} from "../../src/interfaces/ICollateralStore.sol";
import {CollateralCase} from "./CollateralCase.sol";

contract CollateralStoreUploadsTest is CollateralCase {
    uint256 private constant DAY = 86_400;
    uint256 private constant LOW_160 = type(uint160).max;

    function test_load__all_uploaded__four_words() public {
        uploadAll();
        (uint256 ca, uint256 revokedAt, uint256 tcb, uint256 qe) =
            store.load(pckCaKeyId, number("pckSerial"), TDX_KEY);
        vm.assertEq(revokedAt, 0, "revokedAt");
        vm.assertEq(ca & ~LOW_160, packed(now_ - DAY, now_ + 30 * DAY, 0), "CA's window");
        vm.assertEq(tcb & ~LOW_160, packed(now_ - DAY, now_ + 30 * DAY, 0), "TCB's window");
        vm.assertEq(qe & ~LOW_160, packed(now_ - DAY, now_ + 30 * DAY, 0), "QE's window");
        vm.assertEq(ca, store.caRecord(pckCaKeyId), "caRecord");
        vm.assertEq(tcb, store.tcbRecord(TDX_KEY), "tcbRecord");
        vm.assertEq(qe, store.qeRecord(TDX), "qeRecord");
    }

    function test_load__nothing_uploaded__zero() public view {
        (uint256 ca, uint256 revokedAt, uint256 tcb, uint256 qe) =
            store.load(pckCaKeyId, number("pckSerial"), TDX_KEY);
        vm.assertEq(ca | revokedAt | tcb | qe, 0, "all");
    }

    function test_uploadTcbInfo__both_tees__blob_as_python_makes_it() public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        uploadTcbInfo(text("tcbInfoTdx"));
        uploadTcbInfo(text("tcbInfoSgx"));
        bytes memory tdx = bytes.concat(hex"00", blob("tcbInfoTdx"));
        bytes memory sgx = bytes.concat(hex"00", blob("tcbInfoSgx"));
        vm.assertEq(codeAt(store.tcbRecord(TDX_KEY)), tdx, "TDX");
        vm.assertEq(codeAt(store.tcbRecord(FMSPC)), sgx, "SGX");
    }

    function test_uploadQeIdentity__both_tees__blob_as_python_makes_it() public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        uploadQeIdentity(text("qeIdentityTdx"));
        uploadQeIdentity(text("qeIdentitySgx"));
        bytes memory tdx = bytes.concat(hex"00", blob("qeIdentityTdx"));
        bytes memory sgx = bytes.concat(hex"00", blob("qeIdentitySgx"));
        vm.assertEq(codeAt(store.qeRecord(TDX)), tdx, "TDX");
        vm.assertEq(codeAt(store.qeRecord(SGX)), sgx, "SGX");
    }

    function test_uploadTcbInfo__levels_unsorted__sorted() public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        bytes memory json = text("tcbInfoTdx");
        uint256 first = find(json, bytes('{"tcb":{"sgx'));
        bytes memory rest = slice(json, first + 1, json.length);
        uint256 second = first + 1 + find(rest, bytes('{"tcb":{"sgx'));
        bytes memory swapped = bytes.concat(
            slice(json, 0, first),
            slice(json, second, json.length - 2),
            ",",
            slice(json, first, second - 1),
            "]}"
        );
        uploadTcbInfo(swapped);
        bytes memory kept = codeAt(store.tcbRecord(TDX_KEY));
        bytes memory expected = bytes.concat(hex"00", blob("tcbInfoTdx"));
        uint256 length = expected.length - 32;
        vm.assertEq(slice(kept, 0, length), slice(expected, 0, length), "blob");
    }

    function test_uploadPckCa__good__key_and_name() public {
        uploadAuthority();
        bytes memory der = certificate("pckCa");
        bytes memory code = codeAt(store.caRecord(pckCaKeyId));
        vm.assertEq(code.length, 129, "length");
        vm.assertEq(slice(code, 97, 129), abi.encode(digestOf(der)), "digest");
        vm.assertEq(store.authorities()[0], pckCaKeyId, "authorities");
    }

    function test_caRecord__before_all_of_certificate_and_crls__zero() public {
        store.uploadPckCa(certificate("pckCa"));
        vm.assertEq(store.caRecord(pckCaKeyId), 0, "certificate alone");
        store.uploadPckCrl(crl("pck"));
        vm.assertEq(store.caRecord(pckCaKeyId), 0, "no root CRL");
        store.uploadRootCrl(crl("rootShort"));
        uint256 window = store.caRecord(pckCaKeyId) & ~LOW_160;
        vm.assertEq(window, packed(now_ - DAY, now_ + DAY, 0), "the shortest window");
    }

    function test_uploadTcbEvaluationNumbers__good__listed() public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        uploadEvaluations(text("evaluationsTdx"));
        Evaluation[] memory listed = store.evaluations(TDX);
        vm.assertEq(listed.length, 2, "length");
        vm.assertEq(listed[0].number, 17, "first");
        vm.assertEq(listed[0].recoveryEvent, 1_691_452_800, "2023-08-08");
        vm.assertEq(listed[1].number, 18, "second");
        vm.assertEq(listed[1].recoveryEvent, 1_738_368_000, "2025-02-01");
        vm.assertEq(store.evaluations(SGX).length, 0, "SGX");
    }

    function test_uploadTcbEvaluationNumbers__empty_list__nothing_listed() public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        bytes memory json = text("evaluationsTdx");
        uploadEvaluations(bytes.concat(slice(json, 0, find(json, "[") + 1), "]}"));
        vm.assertEq(store.evaluations(TDX).length, 0, "length");
        vm.assertTrue(store.held(Collateral.TcbEvaluationNumbers, TDX).usable, "usable");
    }

    /* --- a new issue ----------------------------------------------------------------------- */

    /// @dev Intel issues anew each day, mostly with other dates alone.
    function test_uploads__new_issue_of_the_same_content__no_new_code() public {
        uploadAll();
        uploadEvaluations(text("evaluationsTdx"));
        uint160 info = uint160(store.tcbRecord(TDX_KEY));
        uint160 identity = uint160(store.qeRecord(TDX));
        vm.warp(later);
        bytes memory json = replace(text("tcbInfoTdx"), "2025-12-31", "2026-01-02");
        uploadTcbInfo(json);
        uploadQeIdentity(replace(text("qeIdentityTdx"), "2025-12-31", "2026-01-02"));
        vm.assertEq(uint160(store.tcbRecord(TDX_KEY)), info, "TCB info");
        vm.assertEq(uint160(store.qeRecord(TDX)), identity, "QE identity");
        Held memory piece = store.held(Collateral.TcbInfo, TDX_KEY);
        vm.assertEq(piece.notBefore, 1_767_312_000, "2026-01-02");
        vm.assertEq(piece.digest, sha256(json), "digest");
        uploadEvaluations(replace(text("evaluationsTdx"), "2025-12-31", "2026-01-02"));
        vm.assertEq(store.evaluations(TDX).length, 2, "list");
    }

    function test_uploadTcbInfo__content_changed__new_code() public {
        uploadAll();
        uint160 info = uint160(store.tcbRecord(TDX_KEY));
        vm.warp(later);
        bytes memory json = replace(text("tcbInfoTdx"), "2025-12-31", "2026-01-02");
        uploadTcbInfo(replace(json, ":17", ":18"));
        vm.assertTrue(uint160(store.tcbRecord(TDX_KEY)) != info, "the evaluation is of the content");
        Held memory piece = store.held(Collateral.TcbInfo, TDX_KEY);
        vm.assertEq(piece.number, 18, "number");
        vm.assertEq(piece.digest, sha256(replace(json, ":17", ":18")), "digest");
    }

    /// @dev The digest is the newest issue's, whether its blob was written or kept.
    function test_held__written_kept_and_written_again__digest_of_the_last() public {
        uploadAll();
        bytes memory json = text("tcbInfoTdx");
        for (uint256 i = 2; i < 6; ++i) {
            vm.warp(block.timestamp + DAY);
            string memory day = string.concat("2026-01-0", vm.toString(i));
            bytes memory next = replace(json, "2025-12-31", day);
            if (i > 3) next = replace(next, ":17", ":18");
            uploadTcbInfo(next);
            vm.assertEq(store.held(Collateral.TcbInfo, TDX_KEY).digest, sha256(next), "digest");
        }
    }

    function test_held__every_kind__window_number_and_digest() public {
        uploadAll();
        uploadEvaluations(text("evaluationsTdx"));
        bytes32 digest = digestOf(certificate("pckCa"));
        _assertHeld(Collateral.PckCa, pckCaKeyId, digest, number("pckCaSerial"));
        digest = digestOf(certificate("tcbSigning"));
        _assertHeld(Collateral.TcbSigning, 0, digest, number("tcbSigningSerial"));
        _assertHeld(Collateral.RootCrl, rootKeyId, digestOf(crl("root")), now_);
        _assertHeld(Collateral.PckCrl, pckCaKeyId, digestOf(crl("pck")), now_);
        _assertHeld(Collateral.TcbInfo, TDX_KEY, sha256(text("tcbInfoTdx")), 17);
        _assertHeld(Collateral.QeIdentity, TDX, sha256(text("qeIdentityTdx")), 17);
        _assertHeld(Collateral.TcbEvaluationNumbers, TDX, sha256(text("evaluationsTdx")), 0);
    }

    function test_held__unknown_key__nothing() public {
        uploadAll();
        Collateral[5] memory kinds = [
            Collateral.PckCa,
            Collateral.PckCrl,
            Collateral.TcbInfo,
            Collateral.QeIdentity,
            Collateral.TcbEvaluationNumbers
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            Held memory piece = store.held(kinds[i], 12_345);
            vm.assertEq(piece.digest, 0, "digest");
            vm.assertFalse(piece.usable, "usable");
        }
    }

    function _assertHeld(Collateral kind, uint256 key, bytes32 digest, uint256 number_)
        private
        view
    {
        Held memory piece = store.held(kind, key);
        vm.assertEq(piece.digest, digest, "digest");
        vm.assertEq(piece.number, number_, "number");
        vm.assertTrue(piece.usable, "usable");
        vm.assertTrue(piece.notBefore < now_ && now_ < piece.notAfter, "window");
    }
}
