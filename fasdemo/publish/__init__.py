"""Signals to other devices: an output on LIVE, a heartbeat, and the connections that the server shares with them."""
