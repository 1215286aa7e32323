"""Labelled sessions on disk: writer, reader, verification, repair and export."""
