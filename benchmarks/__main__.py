"""Run all benchmarks, or those that are named: ``python -m benchmarks [NAME ...] [--quick]``."""

from __future__ import annotations

from benchmarks import (
    accuracy,
    command,
    import_embed,
    memory,
    near_duplicates,
    records,
    size,
    startup,
)

BENCHMARKS = {
    "startup": startup.BENCHMARK,
    "records": records.BENCHMARK,
    "near_duplicates": near_duplicates.BENCHMARK,
    "accuracy": accuracy.BENCHMARK,
    "import_embed": import_embed.BENCHMARK,
    "memory": memory.BENCHMARK,
    "size": size.BENCHMARK,
}

if __name__ == "__main__":
    command.run(BENCHMARKS)
