"""The tuning window: score histogram with thresholds, error rates, DET curve, and a gallery of wrong verdicts."""
