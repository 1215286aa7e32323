"""Dialogs: files, folders, preferences and the about box."""
