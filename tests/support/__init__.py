"""Scenes, fakes and small files that several tests share."""
