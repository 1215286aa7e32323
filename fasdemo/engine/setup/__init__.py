"""The parts of an engine: the loaded models, models that several engines share, and the site calibration."""
