"""Scores, metrics, thresholds, reports, submissions and ensembles."""
