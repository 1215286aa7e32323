"""Layouts of data sets: each class finds the samples of one kind of folder and returns its parts."""
