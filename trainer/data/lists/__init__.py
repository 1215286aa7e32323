"""Picture lists: their lines, the labels and people that paths name, and the samples on disk."""
