"""Model card, preprocessing of faces and the ONNX Runtime predictor."""
