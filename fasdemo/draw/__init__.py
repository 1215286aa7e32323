"""Drawing without Qt: overlay, depth colours, annotated video and event plots."""
