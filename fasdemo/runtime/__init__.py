"""The Qt-free parts that read a source, process its frames and pass on the results."""
