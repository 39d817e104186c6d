"""Backbones, heads, and the bundle that joins them into one ONNX file."""
