"""Programs that write the figures of the documentation from models, data sets and recordings."""
