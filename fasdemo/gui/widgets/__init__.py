"""Small widgets for panels and panes."""
