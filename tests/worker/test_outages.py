"""A real database that cannot be written: what people are told, and that trying again helps."""

from contextlib import contextmanager

from tests.worker.site import MINUTE


@contextmanager
def nobody_can_write(site):
    with site.d1() as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            db.execute("ROLLBACK")


def test_a_locked_database_is_an_outage_and_passes(site, new_id):
    site.book(new_id, starts_in=5 * MINUTE)
    with nobody_can_write(site):
        refused = site.post(f"/session/{new_id}/join", user="student")
    joined = site.post(f"/session/{new_id}/join", user="student")

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert joined.status_code == 200
