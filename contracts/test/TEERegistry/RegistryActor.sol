// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {Evidence, TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {Admission} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {TestCase} from "../harness/TestCase.sol";
import {VerifierDouble} from "../harness/VerifierDouble.sol";

/// @notice Does random things to a registry and keeps a plain account of what must follow.
contract RegistryActor is TestCase {
    using QuoteForge for QuoteDraft;

    uint256 public constant SIGNERS = 8;
    uint256 private constant PLATFORMS = 2;
    /// @dev Each platform has two certificates of one key, and each of them is other evidence.
    uint256 private constant EVIDENCES = 4;
    /// @dev Where the authentication data stand in a quote, and some byte of the certificate behind it.
    uint256 private constant BACKING = 1208;
    uint256 private constant IN_CERTIFICATE = 1300;
    uint64 private constant CERTIFIED_SECONDS = 50_000;
    address private constant STRANGER = address(0xbad);

    /// @dev What the account knows of a signer. Each end of something marks who is concerned.
    struct Life {
        uint256 registrations;
        uint256 end;
        uint256 block_;
        uint256 measurement;
        uint256 evidence;
        bool ended;
        bool revoked;
    }

    /// @dev Somebody's transaction that is not mined yet.
    struct Pending {
        address signer;
        uint64 number;
        bytes quote;
        bytes proof;
    }

    ITEERegistry private immutable REGISTRY;
    VerifierDouble private immutable DOUBLE;
    address private immutable OWNER;

    bytes32[2] private _measurements;
    bool[2] private _allowed = [true, true];
    bool[2] private _platformRevoked;
    /// @dev Numbers of admissions, by measurement and evidence; zero for none yet.
    uint32[4][2] private _numbers;
    mapping(address signer => Life) public lives;
    uint256 public taken;
    uint256 public watched;

    constructor(
        ITEERegistry registry,
        VerifierDouble double,
        address owner,
        bytes32[2] memory measurements
    ) {
        (REGISTRY, DOUBLE, OWNER, _measurements) = (registry, double, owner, measurements);
    }

    /* --- ways to register ---------------------------------------------------------------------- */

    function admit(uint256 index, uint256 age, uint256 which, uint8 status, bool keepKey) public {
        uint256 key = _keyAt(index);
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        age = _age(age);
        // Mostly good ones.
        status = status % 16 < 10 ? 0 : status % 10;
        _say(TcbStatus(status), e);
        bytes memory quote = _quote(vm.addr(key), uint64(block.number - age), m, e);
        bytes memory proof = _possession(key, uint64(block.number - age), m, e, keepKey);
        bool mayBe = _isFresh(age) && _allowed[m] && !_platformRevoked[e % PLATFORMS] && status == 0;
        try REGISTRY.admit(quote, block.timestamp, proof, keepKey) {
            vm.assertTrue(mayBe, "taken only when it may be");
            _count(vm.addr(key), m, e, block.timestamp + CERTIFIED_SECONDS);
        } catch {
            _requireReason(vm.addr(key), mayBe);
        }
    }

    function renew(uint256 index, uint256 age, uint256 which) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        uint32 id = _numbers[m][e];
        if (id == 0) return;
        age = _age(age);
        Admission memory kept = REGISTRY.admission(id);
        bool mayBe = kept.isLive && _isFresh(age) && _lasts(kept.validUntil);
        vm.assertFalse(mayBe && !_allowed[m], "live without a measurement");
        vm.assertFalse(mayBe && _platformRevoked[e % PLATFORMS], "live on a revoked platform");
        address signer = signerAt(index);
        (uint256 r, uint256 s) = _renewal(id, signer, uint64(block.number - age), m, e);
        try REGISTRY.renew(id, signer, uint64(block.number - age), r, s) {
            vm.assertTrue(mayBe, "renewed only when it may be");
            _count(signer, m, e, kept.validUntil);
        } catch {
            _requireReason(signer, mayBe);
        }
    }

    /// @dev What a machine sends for a renewal under an admission of its own.
    function _renewal(uint32 id, address signer, uint64 number, uint256 m, uint256 e)
        private
        returns (uint256, uint256)
    {
        address template = REGISTRY.admission(id).template;
        (bytes32 high, bytes32 low) =
            REGISTRY.renewalReportData(signer, number, _hashAt(number), template);
        (bytes32 r, bytes32 s) = _draft(m, e).sign(high, low);
        return (uint256(r), uint256(s));
    }

    /* --- strangers ------------------------------------------------------------------------- */

    /// @notice Somebody admits a signer, and a stranger is first with what he sees of it.
    function admitWatched(uint256 index, uint256 which, uint256 trick) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        if (!_allowed[m] || _platformRevoked[e % PLATFORMS]) return;
        uint256 key = _keyAt(index);
        _say(TcbStatus.UpToDate, e);
        Pending memory pending = _pending(key, m, e);
        if (!_isNew(pending.signer)) return;
        _interfere(pending, _numbers[m][e], trick);
        try REGISTRY.admit(pending.quote, block.timestamp, pending.proof, true) {} catch {}
        // Whatever he did: registered for all of its time, and the key is enrolled.
        _count(pending.signer, m, e, block.timestamp + CERTIFIED_SECONDS);
        vm.assertEq(
            REGISTRY.registration(pending.signer).validUntil, lives[pending.signer].end, "end"
        );
        Admission memory kept = REGISTRY.admission(_numbers[m][e]);
        vm.assertTrue(kept.isLive, "enrolled");
        vm.assertTrue(kept.validUntil >= block.timestamp + CERTIFIED_SECONDS, "enrolled for long");
        ++watched;
    }

    /// @notice Somebody renews, and a stranger is first, under every other admission that he knows.
    function renewWatched(uint256 index, uint256 which) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        uint32 id = _numbers[m][e];
        Admission memory kept = REGISTRY.admission(id);
        address signer = signerAt(index);
        if (id == 0 || !kept.isLive || !_lasts(kept.validUntil) || !_isNew(signer)) return;
        uint64 number = uint64(block.number - 1);
        (uint256 r, uint256 s) = _renewal(id, signer, number, m, e);
        for (uint256 i = 0; i < 2 * EVIDENCES; ++i) {
            uint32 other = _numbers[i % 2][i / 2];
            if (other == id) continue;
            vm.prank(STRANGER);
            try REGISTRY.renew(other, signer, number, r, s) {} catch {}
        }
        REGISTRY.renew(id, signer, number, r, s);
        vm.assertEq(uint256(REGISTRY.registration(signer).admission), id, "admission");
        _count(signer, m, e, kept.validUntil);
        ++watched;
    }

    /// @notice A stranger shows any quote that he has seen again, when the collateral is about to end.
    function meddle(uint256 index, uint256 which, uint256 left) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        uint64 until = uint64(block.timestamp + bound(left, 1, 100));
        uint256[SIGNERS] memory ends = _ends();
        uint64 live = REGISTRY.admission(_numbers[m][e]).validUntil;
        DOUBLE.say(Verdict(TcbStatus.UpToDate, until, "fmspc!", _platform(e), 0));
        Pending memory pending = _pending(_keyAt(index), m, e);
        vm.prank(STRANGER);
        if (index % 2 == 0) {
            try REGISTRY.recheck(pending.quote) {} catch {}
        } else {
            try REGISTRY.recheckRaw(_raw(pending)) {} catch {}
        }
        vm.assertTrue(REGISTRY.admission(_numbers[m][e]).validUntil >= live, "admission");
        uint256[SIGNERS] memory after_ = _ends();
        for (uint256 i = 0; i < SIGNERS; ++i) {
            vm.assertTrue(after_[i] >= ends[i], "signer");
        }
    }

    function _interfere(Pending memory pending, uint32 id, uint256 trick) private {
        uint256 r = uint256(bytes32(slice(pending.quote, 632, 664)));
        uint256 s = uint256(bytes32(slice(pending.quote, 664, 696)));
        bytes memory copy = pending.quote;
        // In the authentication data, or in the signature over the QE report: no part of the evidence.
        // Or another certificate of the same key: other evidence, which the signer has not named.
        if (trick % 7 < 3) {
            copy = bytes.concat(copy);
            flip(copy, [BACKING, BACKING - 64, IN_CERTIFICATE][trick % 7]);
        }
        bytes memory raw = _raw(pending);
        vm.prank(STRANGER);
        if (trick % 7 < 3) {
            try REGISTRY.admit(copy, block.timestamp, pending.proof, true) {} catch {}
        } else if (trick % 7 == 3) {
            try REGISTRY.admit(copy, block.timestamp, pending.proof, false) {} catch {}
        } else if (trick % 7 == 4) {
            try REGISTRY.admitRaw(raw, block.timestamp, pending.proof, true) {} catch {}
        } else if (trick % 7 == 5) {
            try REGISTRY.renew(id, pending.signer, pending.number, r, s) {} catch {}
        } else {
            try REGISTRY.recheck(copy) {} catch {}
        }
    }

    function _pending(uint256 key, uint256 m, uint256 e) private returns (Pending memory pending) {
        pending.signer = vm.addr(key);
        pending.number = uint64(block.number - 1);
        pending.quote = _quote(pending.signer, pending.number, m, e);
        pending.proof = _possession(key, pending.number, m, e, true);
    }

    /// @dev The same quote as a platform would make it, with what anybody can change in it changed.
    function _raw(Pending memory pending) private pure returns (bytes memory) {
        bytes memory quote = pending.quote;
        return bytes.concat(
            slice(quote, 0, 632),
            "size",
            slice(quote, 632, 760),
            "type 6",
            slice(quote, 760, 1144),
            new bytes(96),
            slice(quote, 1240, quote.length)
        );
    }

    function _ends() private view returns (uint256[SIGNERS] memory ends) {
        for (uint256 i = 0; i < SIGNERS; ++i) {
            address signer = signerAt(i);
            if (REGISTRY.verifyAttestedProver(signer)) {
                ends[i] = REGISTRY.registration(signer).validUntil;
            }
        }
    }

    /// @dev Whether a renewal now would be valid for seven eighths of its time.
    function _lasts(uint256 end) private view returns (bool) {
        uint256 validity = REGISTRY.attestValiditySeconds();
        return end >= block.timestamp + validity - validity / 8;
    }

    /// @dev Whether nothing stands against its registration: not known, or long forgotten.
    function _isNew(address signer) private view returns (bool) {
        return !lives[signer].revoked && REGISTRY.registration(signer).attestedAt == 0;
    }

    /// @dev A signer that could have been registered was not: then it is known already.
    function _requireReason(address signer, bool mayBe) private view {
        Life storage life = lives[signer];
        vm.assertTrue(!mayBe || life.registrations != 0 || life.revoked, "refused for a reason");
    }

    /* --- ends ---------------------------------------------------------------------------------- */

    function recheck(uint256 which, bool isGood) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        if (!_allowed[m] || which % 16 > 7) return;
        _say(isGood ? TcbStatus.UpToDate : TcbStatus.OutOfDate, e);
        bytes memory quote = _quote(signerAt(0), uint64(block.number - 1), m, e);
        try REGISTRY.recheck(quote) {
            if (!isGood) _end(m, e);
        } catch {}
    }

    function toggleMeasurement(uint256 index) public {
        uint256 m = index % 2;
        vm.prank(OWNER);
        if (_allowed[m]) REGISTRY.removeMeasurement(_measurements[m], "random");
        else REGISTRY.allowMeasurement(_measurements[m]);
        if (_allowed[m]) {
            for (uint256 e = 0; e < EVIDENCES; ++e) {
                _end(m, e);
            }
        }
        _allowed[m] = !_allowed[m];
    }

    function togglePlatform(uint256 index) public {
        uint256 p = index % PLATFORMS;
        vm.prank(OWNER);
        if (_platformRevoked[p]) REGISTRY.restorePlatform(_platform(p), "random");
        else REGISTRY.revokePlatform(_platform(p), "random");
        if (!_platformRevoked[p]) {
            for (uint256 m = 0; m < 2; ++m) {
                _end(m, p);
                _end(m, p + PLATFORMS);
            }
        }
        _platformRevoked[p] = !_platformRevoked[p];
    }

    function revokeAdmission(uint256 which) public {
        (uint256 m, uint256 e) = (which % 2, (which / 2) % EVIDENCES);
        uint32 id = _numbers[m][e];
        if (id == 0 || which % 16 > 7) return;
        vm.prank(OWNER);
        try REGISTRY.revokeAdmission(id, "random") {
            _end(m, e);
        } catch {
            vm.assertFalse(REGISTRY.admission(id).isLive, "ended already");
        }
    }

    function raiseEpoch(uint256 which) public {
        // Rarely, or nobody lives.
        if (which % 8 != 0) return;
        vm.prank(OWNER);
        REGISTRY.raiseEpoch("random");
        for (uint256 i = 0; i < 2 * EVIDENCES; ++i) {
            _end(i % 2, i / 2);
        }
    }

    function revokeSigner(uint256 index) public {
        address signer = signerAt(index);
        if (index % 16 > 7 || lives[signer].revoked) return;
        vm.prank(OWNER);
        REGISTRY.revokeSigner(signer, "random");
        lives[signer].revoked = true;
    }

    /* --- settings and time ----------------------------------------------------------------------- */

    function setTerms(uint256 validity, uint256 maxDiff) public {
        vm.prank(OWNER);
        REGISTRY.setAttestValiditySeconds(bound(validity, 1, 86_400));
        vm.prank(OWNER);
        REGISTRY.setMaxBlockNumberDiff(bound(maxDiff, 2, 256));
    }

    function wait(uint256 seconds_, uint256 blocks) public {
        vm.warp(block.timestamp + bound(seconds_, 0, 3600));
        vm.roll(block.number + bound(blocks, 0, 300));
    }

    /* --- the account ------------------------------------------------------------------------------ */

    function signerAt(uint256 index) public pure returns (address) {
        return vm.addr(_keyAt(index));
    }

    function mustBeValid(address signer) public view returns (bool) {
        Life storage life = lives[signer];
        return life.registrations != 0 && block.timestamp < life.end && !life.ended && !life.revoked;
    }

    /// @dev A second time only when the first has ended, by a quote that the first could not have seen.
    function _count(address signer, uint256 m, uint256 e, uint256 vouchedUntil) private {
        Life storage life = lives[signer];
        vm.assertFalse(life.revoked, "revoked signer registered");
        if (life.registrations != 0) {
            vm.assertTrue(block.timestamp >= life.end, "again while valid");
            vm.assertTrue(block.number >= life.block_ + 255, "again by an old quote");
        }
        uint256 end = block.timestamp + REGISTRY.attestValiditySeconds();
        life.end = vouchedUntil < end ? vouchedUntil : end;
        (life.measurement, life.evidence, life.block_) = (m, e, block.number);
        life.ended = false;
        ++life.registrations;
        ++taken;
        _note(m, e, REGISTRY.registration(signer).admission);
    }

    /// @dev A number is of one evidence at a time.
    function _note(uint256 m, uint256 e, uint32 number) private {
        for (uint256 i = 0; i < 2 * EVIDENCES; ++i) {
            if (_numbers[i % 2][i / 2] == number) _numbers[i % 2][i / 2] = 0;
        }
        _numbers[m][e] = number;
    }

    function _end(uint256 m, uint256 e) private {
        for (uint256 i = 0; i < SIGNERS; ++i) {
            Life storage life = lives[signerAt(i)];
            if (life.registrations != 0 && life.measurement == m && life.evidence == e) {
                life.ended = true;
            }
        }
    }

    /* --- quotes ----------------------------------------------------------------------------------- */

    function _say(TcbStatus status, uint256 e) private {
        uint64 validUntil = uint64(block.timestamp) + CERTIFIED_SECONDS;
        DOUBLE.say(Verdict(status, validUntil, "fmspc!", _platform(e), 0));
    }

    function _draft(uint256 m, uint256 e) private pure returns (QuoteDraft memory draft) {
        draft = QuoteForge.draft(Form.TdV4);
        if (m == 1) flip(draft.region, 200);
        if (e >= PLATFORMS) flip(draft.backing, IN_CERTIFICATE - BACKING);
    }

    function _quote(address signer, uint64 number, uint256 m, uint256 e)
        private
        returns (bytes memory)
    {
        (bytes32 high, bytes32 low) = REGISTRY.reportData(signer, number, _hashAt(number));
        return _draft(m, e).compact(high, low);
    }

    function _possession(uint256 key, uint64 number, uint256 m, uint256 e, bool keepKey)
        private
        view
        returns (bytes memory)
    {
        bytes32 digest = REGISTRY.possessionDigest(
            vm.addr(key), number, _template(m, e), block.timestamp, keepKey
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev By what the double says at present: of the platform that was asked for.
    function _template(uint256 m, uint256 e) private view returns (address) {
        QuoteDraft memory draft = _draft(m, e);
        Evidence memory said = DOUBLE.describe(draft.compact(0, 0), false);
        return draft.template(address(REGISTRY), said.platform, said.fmspc, said.evidence);
    }

    /// @dev The chain's block of that number, from now on.
    function _hashAt(uint64 number) private returns (bytes32 hash) {
        hash = keccak256(abi.encode("block of the actor", number));
        if (number < block.number && number + 256 >= block.number) {
            vm.setBlockhash(number, hash);
        }
    }

    /// @dev Of few buckets, so that they get into each other's way.
    function _keyAt(uint256 index) private pure returns (uint256) {
        uint16[8] memory keys = [0x5003, 0x50e8, 0x5127, 0x5006, 0x5099, 0x50a7, 0x5008, 0x501e];
        return keys[index % SIGNERS];
    }

    /// @dev Of an evidence.
    function _platform(uint256 e) private pure returns (bytes32) {
        return keccak256(abi.encode("platform of the actor", e % PLATFORMS));
    }

    /// @dev Mostly fresh.
    function _age(uint256 age) private pure returns (uint256) {
        return age % 4 == 0 ? bound(age, 0, 300) : 1;
    }

    function _isFresh(uint256 age) private view returns (bool) {
        return age > 0 && age < REGISTRY.maxBlockNumberDiff();
    }
}
