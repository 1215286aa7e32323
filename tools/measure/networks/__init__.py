"""Figures of the networks alone: error rates, attack types left out, parts of a fusion, printed patterns."""
