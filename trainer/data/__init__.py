"""Face anti-spoofing data sets and recorded sessions as training samples."""
