"""Pretrained networks: one file per family."""
