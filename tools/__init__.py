"""Programs for maintainers: figures of the documentation, soak test, setup."""
