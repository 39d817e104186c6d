"""Deploy: use a trained bundle."""
