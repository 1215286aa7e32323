"""What is rendered: crop data sets, sessions, the demo, contact sheets and their checks."""
