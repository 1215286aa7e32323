"""Score the frames of recorded sessions, store the scores, and compute verdicts from them without the networks."""
