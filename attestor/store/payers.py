"""Who pays for the jobs of an earlier run: whoever asked for each of them first."""

from attestor.store.database import Store


def payers(store: Store) -> dict[str, tuple[str, int | None]]:
    """The open jobs of all registrations that a client asked for, with its
    `core.client.Client.share` and the cycle limit that came with the job."""
    rows = store.rows(
        "SELECT id, cycle_limit, (SELECT client FROM job_clients WHERE job = id "
        "ORDER BY asked_at, client LIMIT 1) AS client FROM jobs "
        "WHERE state IN ('queued', 'running')"
    )
    return {row["id"]: (row["client"], row["cycle_limit"]) for row in rows if row["client"]}
