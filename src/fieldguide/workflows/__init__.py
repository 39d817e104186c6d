"""Actions that span stages, one file each."""
