// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
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
    uint64 private constant CERTIFIED_SECONDS = 50_000;

    /// @dev What the account knows of a signer. Each end of something marks who is concerned.
    struct Life {
        uint256 registrations;
        uint256 end;
        uint256 measurement;
        uint256 platform;
        bool ended;
    }

    ITEERegistry private immutable REGISTRY;
    VerifierDouble private immutable DOUBLE;
    address private immutable OWNER;

    bytes32[2] private _measurements;
    bool[2] private _allowed = [true, true];
    bool[2] private _platformRevoked;
    mapping(address signer => Life) public lives;
    uint256 public taken;

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
        (uint256 m, uint256 p) = (which % 2, (which / 2) % PLATFORMS);
        age = _age(age);
        // Mostly good ones.
        status = status % 16 < 10 ? 0 : status % 10;
        _say(TcbStatus(status), p);
        bytes memory quote = _quote(vm.addr(key), uint64(block.number - age), m);
        bytes memory proof = _possession(key, uint64(block.number - age), keepKey);
        bool mayBe = _isFresh(age) && _allowed[m] && !_platformRevoked[p] && status == 0;
        try REGISTRY.admit(quote, block.timestamp, proof, keepKey) {
            vm.assertTrue(mayBe, "taken only when it may be");
            _count(vm.addr(key), m, p, block.timestamp + CERTIFIED_SECONDS);
        } catch {
            _requireReason(vm.addr(key), mayBe);
        }
    }

    function renew(uint256 index, uint256 age, uint256 which) public {
        (uint256 m, uint256 p) = (which % 2, (which / 2) % PLATFORMS);
        if (!_allowed[m]) return;
        age = _age(age);
        bytes12 id = REGISTRY.admissionId(_platform(p), _measurements[m]);
        Admission memory kept = REGISTRY.admission(id);
        bool mayBe = kept.isLive && _isFresh(age);
        vm.assertFalse(mayBe && _platformRevoked[p], "live on a revoked platform");
        address signer = signerAt(index);
        if (_renew(id, signer, uint64(block.number - age), m)) {
            vm.assertTrue(mayBe, "renewed only when it may be");
            _count(signer, m, p, kept.validUntil);
        } else {
            _requireReason(signer, mayBe);
        }
    }

    function _renew(bytes12 id, address signer, uint64 number, uint256 m) private returns (bool) {
        (bytes32 high, bytes32 low) = REGISTRY.reportData(signer, number, blockhash(number));
        (bytes32 r, bytes32 s) = _draft(m).sign(high, low);
        try REGISTRY.renew(id, signer, number, uint256(r), uint256(s)) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev A signer that could have been registered was not: then it is known already.
    function _requireReason(address signer, bool mayBe) private view {
        Life storage life = lives[signer];
        vm.assertTrue(!mayBe || life.registrations != 0 || life.ended, "refused for a reason");
    }

    /* --- ends ---------------------------------------------------------------------------------- */

    function recheck(uint256 which, bool isGood) public {
        (uint256 m, uint256 p) = (which % 2, (which / 2) % PLATFORMS);
        if (!_allowed[m] || which % 8 > 3) return;
        _say(isGood ? TcbStatus.UpToDate : TcbStatus.OutOfDate, p);
        bytes12 id = REGISTRY.admissionId(_platform(p), _measurements[m]);
        bytes memory quote = _quote(signerAt(0), uint64(block.number - 1), m);
        try REGISTRY.recheck(id, quote) {
            if (!isGood) _end(m, p);
        } catch {}
    }

    function toggleMeasurement(uint256 index) public {
        uint256 m = index % 2;
        vm.prank(OWNER);
        if (_allowed[m]) REGISTRY.removeMeasurement(_measurements[m], "random");
        else REGISTRY.allowMeasurement(_measurements[m]);
        if (_allowed[m]) {
            for (uint256 p = 0; p < PLATFORMS; ++p) {
                _end(m, p);
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
            }
        }
        _platformRevoked[p] = !_platformRevoked[p];
    }

    function revokeAdmission(uint256 which) public {
        (uint256 m, uint256 p) = (which % 2, (which / 2) % PLATFORMS);
        if (!_allowed[m] || which % 8 > 3) return;
        bytes12 id = REGISTRY.admissionId(_platform(p), _measurements[m]);
        vm.prank(OWNER);
        REGISTRY.revokeAdmission(id, "random");
        _end(m, p);
    }

    function raiseEpoch(uint256 which) public {
        // Rarely, or nobody lives.
        if (which % 8 != 0) return;
        vm.prank(OWNER);
        REGISTRY.raiseEpoch("random");
        for (uint256 i = 0; i < 4; ++i) {
            _end(i % 2, i / 2);
        }
    }

    function revokeSigner(uint256 index) public {
        address signer = signerAt(index);
        if (index % 16 > 7 || REGISTRY.registration(signer).revoked) return;
        vm.prank(OWNER);
        REGISTRY.revokeSigner(signer, "random");
        lives[signer].ended = true;
    }

    /* --- settings and time ----------------------------------------------------------------------- */

    function setTerms(uint256 validity, uint256 maxDiff) public {
        vm.prank(OWNER);
        REGISTRY.setAttestValiditySeconds(bound(validity, 1, 86_400));
        vm.prank(OWNER);
        REGISTRY.setMaxBlockNumberDiff(bound(maxDiff, 2, 256));
    }

    function wait(uint256 seconds_) public {
        vm.warp(block.timestamp + bound(seconds_, 0, 3600));
    }

    /* --- the account ------------------------------------------------------------------------------ */

    function signerAt(uint256 index) public pure returns (address) {
        return vm.addr(_keyAt(index));
    }

    function mustBeValid(address signer) public view returns (bool) {
        Life storage life = lives[signer];
        return life.registrations == 1 && block.timestamp < life.end && !life.ended;
    }

    function _count(address signer, uint256 m, uint256 p, uint256 vouchedUntil) private {
        Life storage life = lives[signer];
        uint256 end = block.timestamp + REGISTRY.attestValiditySeconds();
        life.end = vouchedUntil < end ? vouchedUntil : end;
        (life.measurement, life.platform) = (m, p);
        ++life.registrations;
        ++taken;
    }

    function _end(uint256 m, uint256 p) private {
        for (uint256 i = 0; i < SIGNERS; ++i) {
            Life storage life = lives[signerAt(i)];
            if (life.registrations != 0 && life.measurement == m && life.platform == p) {
                life.ended = true;
            }
        }
    }

    /* --- quotes ----------------------------------------------------------------------------------- */

    function _say(TcbStatus status, uint256 p) private {
        uint64 validUntil = uint64(block.timestamp) + CERTIFIED_SECONDS;
        DOUBLE.say(Verdict(status, validUntil, "fmspc!", _platform(p)));
    }

    function _draft(uint256 m) private pure returns (QuoteDraft memory draft) {
        draft = QuoteForge.draft(Form.TdV4);
        if (m == 1) flip(draft.region, 200);
    }

    function _quote(address signer, uint64 number, uint256 m) private view returns (bytes memory) {
        (bytes32 high, bytes32 low) = REGISTRY.reportData(signer, number, blockhash(number));
        return _draft(m).compact(high, low);
    }

    function _possession(uint256 key, uint64 number, bool keepKey)
        private
        view
        returns (bytes memory)
    {
        bytes32 digest = REGISTRY.possessionDigest(vm.addr(key), number, block.timestamp, keepKey);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _keyAt(uint256 index) private pure returns (uint256) {
        return 0x5000 + index % SIGNERS;
    }

    function _platform(uint256 p) private pure returns (bytes32) {
        return keccak256(abi.encode("platform of the actor", p));
    }

    /// @dev Mostly fresh.
    function _age(uint256 age) private pure returns (uint256) {
        return age % 4 == 0 ? bound(age, 0, 300) : 1;
    }

    function _isFresh(uint256 age) private view returns (bool) {
        return age > 0 && age < REGISTRY.maxBlockNumberDiff();
    }
}
