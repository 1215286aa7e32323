"""What is known of a face over time: its views, its evidence, and refused attempts."""
