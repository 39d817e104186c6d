"""How good the answers are: one metric a file, pure functions of arrays, and their intervals."""
