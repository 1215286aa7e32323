"""The loop over the frames of a source, which the window, the headless run and the Python interface share."""
