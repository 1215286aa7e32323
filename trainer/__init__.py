"""Trains, evaluates and exports the networks that fasdemo runs: the only rooms that know torch."""
