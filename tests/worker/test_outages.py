"""A real database that cannot be written: the response is 503, and a retry succeeds."""

from contextlib import contextmanager

from tests.worker.site import MINUTE


@contextmanager
def locked_database(site):
    with site.d1() as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            db.execute("ROLLBACK")


def test_locked_database_is_unavailable_and_a_retry_succeeds(site, new_id):
    site.book(new_id, starts_in=5 * MINUTE)
    with locked_database(site):
        refused = site.post(f"/session/{new_id}/join", user="student")
    joined = site.post(f"/session/{new_id}/join", user="student")

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert joined.status_code == 200
