"""Take forgotten pictures out of the record of an evaluation; what was measured stays."""

from __future__ import annotations

import copy
from collections.abc import Collection

from fieldguide.evaluate.record import EvaluationRecord

NOTE = "Pictures of this version have been forgotten since; they count in the figures all the same."


def without_pictures(record: EvaluationRecord, hashes: Collection[str]) -> EvaluationRecord | None:
    """Return a record that neither names nor shows some images; None when it does not now.

    Args:
        record: As it was written.
        hashes: SHA-256 of the images.
    """
    gone = set(hashes)
    scrubbed = copy.deepcopy(record)
    for label in scrubbed["data"]["classes"]:
        label["examples"] = [sha256 for sha256 in label["examples"] if sha256 not in gone]
    scrubbed["mistakes"] = [m for m in scrubbed["mistakes"] if m["sha256"] not in gone]
    for leak in scrubbed["split"]["leaks"]:
        leak["examples"] = [
            example
            for example in leak["examples"]
            if not {example["a_sha256"], example["b_sha256"]} & gone
        ]
    notes = scrubbed["split"]["notes"]
    if scrubbed == record:
        return None
    if NOTE not in notes:
        notes.append(NOTE)
    return scrubbed
