"""Score folders of labelled sessions, and choose thresholds by their error rates; `docs/tuning.md` describes it."""
