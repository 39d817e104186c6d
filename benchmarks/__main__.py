"""Run all benchmarks, or those that are named: ``python -m benchmarks [NAME ...] [--quick]``."""

from __future__ import annotations

from benchmarks import (
    accuracy,
    command,
    import_embed,
    label_errors,
    label_from_votes,
    maps,
    memory,
    near_copies,
    near_duplicates,
    quality_checks,
    records,
    size,
    startup,
    suggestions,
)
from benchmarks.labelling import latency, lost_answers, peer, simulated

BENCHMARKS = {
    "startup": startup.BENCHMARK,
    "records": records.BENCHMARK,
    "near_duplicates": near_duplicates.BENCHMARK,
    "near_copies": near_copies.BENCHMARK,
    "quality_checks": quality_checks.BENCHMARK,
    "accuracy": accuracy.BENCHMARK,
    "import_embed": import_embed.BENCHMARK,
    "label_errors": label_errors.BENCHMARK,
    "maps": maps.BENCHMARK,
    "memory": memory.BENCHMARK,
    "size": size.BENCHMARK,
    "label_from_votes": label_from_votes.BENCHMARK,
    "suggestions": suggestions.BENCHMARK,
    "latency": latency.BENCHMARK,
    "lost_answers": lost_answers.BENCHMARK,
    "peer": peer.BENCHMARK,
    "simulated": simulated.BENCHMARK,
}

if __name__ == "__main__":
    command.run(BENCHMARKS)
