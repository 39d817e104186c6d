from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.label import reviewing
from fieldguide.records import since, trash
from fieldguide.records.clock import now
from fieldguide.records.members import NewMember, add, set_aside


def test_what_has_changed_since_a_moment(site: Site) -> None:
    a, b, c, d = site.pictures[:4]
    site.say("mia", a, "rust")
    site.say("rex", b, "rust", decides=True)
    write = site.workspace.records.write
    moment = now()
    with site.workspace.records.read() as connection:
        quiet = since.changes(connection, site.dataset_id, site.question_id, moment)
        assert not quiet.any
        assert since.decided(connection, site.question_id, moment) == set()
    site.say("mia", c, "miner")
    site.say("rex", c, "rust", decides=True)
    site.say("mia", d, "miner")
    write(lambda k: reviewing.send(k, site.question, [d], author="rex", reason=""))
    write(lambda k: set_aside(k, site.dataset_id, ["11.jpg"]))
    new = [NewMember("new.jpg", f"{3:064x}"), NewMember("gone.jpg", f"{4:064x}")]
    ids = write(lambda k: add(k, site.dataset_id, new))
    write(
        lambda k: trash.put(
            k, site.dataset_id, [ids["gone.jpg"]], author="rex", reason="", client_key="1"
        )
    )
    with site.workspace.records.read() as connection:
        found = since.changes(connection, site.dataset_id, site.question_id, moment)
        assert (found.added, found.removed, found.answered, found.any) == (1, 1, 2, True)
        assert since.changes(connection, site.dataset_id, None, moment).answered == 0
        assert since.removed(connection, site.dataset_id) == {site.pictures[11], ids["gone.jpg"]}
        assert since.decided(connection, site.question_id, moment) == {c}
        assert since.sent_to_review(connection, site.question_id, moment) == {d}
