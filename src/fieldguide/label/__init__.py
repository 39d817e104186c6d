"""Label: from the votes of several people to one label, and how far the people agree."""
