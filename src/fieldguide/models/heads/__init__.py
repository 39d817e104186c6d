"""Heads: classifiers that are trained on vectors and live on as ONNX."""
