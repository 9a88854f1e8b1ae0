"""What a run has learned, as a file that predicts without nodescope: plain Python, C, ONNX."""
