"""The arithmetic of one step written out with its numbers, layer by layer; a plain node is one layer."""
