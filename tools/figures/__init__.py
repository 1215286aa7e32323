"""The figures of docs/models.md: tables and pictures from exported files and a generated data set."""
