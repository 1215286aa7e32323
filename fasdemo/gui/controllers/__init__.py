"""Controllers without a page of their own: player, rules, door, event log, challenge."""
