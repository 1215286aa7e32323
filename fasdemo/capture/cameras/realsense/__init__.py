"""RealSense cameras through the RealSense SDK."""
