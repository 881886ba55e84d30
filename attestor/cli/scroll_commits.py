"""Commits on the command line of `attestor scroll verify`: from a file or from L1, with their
blobs."""

from dataclasses import replace
from typing import Any

from attestor.chain.rpc import Rpc
from attestor.cli.scroll_work import Work
from attestor.core.scroll.blob import Kzg, versioned_hash
from attestor.core.scroll.calldata import Commit, parse_commit
from attestor.errors import AttestorError, ConfigurationInvalid
from attestor.net import HttpClient
from attestor.scroll import blob_sources, l1_commit
from attestor.scroll.batches import Known, needed_blobs
from attestor.scroll.node import WITNESS_SECONDS


def open_rpc(url: str) -> Rpc:
    """A client with time for what Scroll's nodes are asked."""
    return Rpc(url, timeout=WITNESS_SECONDS)


def by_calldata(work: Work, data: bytes, **options: Any) -> None:
    """Verify the batches of a commit by its calldata and the options."""
    try:
        commit = parse_commit(data)
    except AttestorError as error:
        work.refuse_commit(error)
        return
    index, batch_hash = options["batch_index"], options["batch_hash"]
    known = Known(
        versioned_hashes=options["versioned_hashes"],
        first_index=index,
        hashes=() if batch_hash is None else (batch_hash,),
    )
    _commit(work, commit, known, None, **options)


def by_transaction(work: Work, name: bytes, **options: Any) -> None:
    """The same by the hash of the L1 transaction, which knows the rest."""
    if options["l1_rpc_url"] is None:
        raise ConfigurationInvalid(
            "a commit is named by its L1 transaction, and there is no L1 node to ask",
            hint="set --l1-rpc-url, or give a file of the commit's calldata",
        )
    try:
        found = l1_commit.read(open_rpc(options["l1_rpc_url"]), name, work.setting.chain_id)
        commit = parse_commit(found.calldata)
    except AttestorError as error:
        work.refuse_commit(error)
        return
    known = Known(
        versioned_hashes=found.versioned_hashes,
        first_index=found.batches[0][0],
        hashes=tuple(batch_hash for _, batch_hash in found.batches),
    )
    _commit(work, commit, known, found.time, **options)


def _commit(work: Work, commit: Commit, known: Known, l1_time: int | None, **options: Any) -> None:
    try:
        blobs = tuple(blob_sources.read_blob(path) for path in options["blobs"])
    except AttestorError as error:
        work.refuse_commit(error)
        return
    given = replace(known, blobs=blobs)
    work.commit(commit, _completed(work.setting.kzg, commit, given, l1_time, **options))


def _completed(
    kzg: Kzg, commit: Commit, known: Known, l1_time: int | None, **options: Any
) -> Known:
    """With the blobs that are needed, and in none of the files, or why there are none."""
    http = HttpClient()
    sources: list[blob_sources.BlobSource] = [
        blob_sources.BlobMirror(url, http) for url in options["blob_url"]
    ]
    if options["beacon_url"] is not None:
        sources.append(blob_sources.BeaconApi(options["beacon_url"], http))
    there = {versioned_hash(kzg.commitment(blob)) for blob in known.blobs}
    blobs, failures = list(known.blobs), {}
    for name in needed_blobs(commit, known) if sources else ():
        if name in there:
            continue
        try:
            blobs.append(blob_sources.find(name, sources, kzg, l1_time))
        except AttestorError as error:
            failures[name] = error
    return replace(known, blobs=tuple(blobs), failures=failures)
