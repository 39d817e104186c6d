"""Layouts: places of pictures on a map, computed from their vectors."""
