"""Why the training of a network went as it did. Findings look at snapshots, made by a replay or by an observer of a training."""
