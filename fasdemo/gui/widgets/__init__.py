"""Small widgets that panels and panes are made of."""
