"""After a run: why it went as it did. One evidence, one ordered list of findings, a verdict and its proof."""
