"""The checks of `fasdemo doctor`, by area; each returns findings."""
