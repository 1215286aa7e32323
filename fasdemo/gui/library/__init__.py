"""The library of recorded sessions, and the pictures of events."""
