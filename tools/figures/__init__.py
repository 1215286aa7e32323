"""Figures of docs/models.md: tables and images from exported files and a generated data set."""
