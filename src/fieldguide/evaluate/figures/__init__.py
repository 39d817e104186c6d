"""The report's drawings: pure functions from numbers to inline SVG."""
