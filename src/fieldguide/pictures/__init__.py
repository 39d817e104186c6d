"""Pictures: from bytes to pixels, and what is computed from pixels alone."""
