"""The main window: its pages, its actions, and what connects them with the player."""
