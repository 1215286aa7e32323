"""The camera's controls as a panel."""
