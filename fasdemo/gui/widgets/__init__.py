"""Small widgets for panes, dialogs and pages."""
