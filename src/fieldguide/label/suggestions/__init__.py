"""Live suggestions: a model that learns while people label, and orders what they are shown."""
