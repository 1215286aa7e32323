"""The recording desk: people, takes, labels, markers, and which conditions have been recorded."""
