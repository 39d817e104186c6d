"""Train: fit heads on vectors, choose by cross-validation, calibrate."""
