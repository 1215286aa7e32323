"""From a trained checkpoint to an ONNX file with its model card."""
