"""What the network sees and says: model card, preprocessing and the ONNX Runtime predictor."""
