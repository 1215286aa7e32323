"""The pages of the main window: its header, footer, start page and workspace, and how a page fills the screen."""
