"""Datasets as they lie on disk: folders, archives and tables, opened as a stream of entries."""
