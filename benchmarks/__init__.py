"""What Fieldguide costs and brings, measured against peers: one file per claim."""
