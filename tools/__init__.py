"""Programs for maintainers: figures of the documentation, soak test, set-up."""
