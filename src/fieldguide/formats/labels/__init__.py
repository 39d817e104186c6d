"""Files of labels, each format reading and writing the same records."""
