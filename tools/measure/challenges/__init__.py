"""False accepts and false rejects of the challenges, simulated with rendered people."""
