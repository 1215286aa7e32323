"""The options that several commands share, and what they become: requests, settings and labels."""
