"""Training: the loop, its parts, checkpoints and fine-tuning."""
