"""Photographs as bona fide presentations, and the same photographs recaptured from paper and displays, in colour.

The pictures of both classes have the same people, face sizes, framings, backgrounds, cameras and processing; only the
attacks were printed or displayed in between.
"""
