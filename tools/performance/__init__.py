"""Programs that measure speed and memory, and write docs/performance.md."""
