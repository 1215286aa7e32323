"""What an engine is made of: the loaded models, models that several engines share, and the site calibration."""
