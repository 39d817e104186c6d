"""Bytes by content hash: pictures, and the caches that can be deleted at any time."""
