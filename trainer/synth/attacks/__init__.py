"""Presentation attack instruments: prints, screens, masks and mannequins."""
