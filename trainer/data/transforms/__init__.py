"""From stored pictures to network input: geometry, augmentation and encoding."""
