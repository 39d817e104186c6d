"""The records: who said what about which picture. The only layer that speaks SQL."""
