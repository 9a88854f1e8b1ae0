"""Many runs that differ in a few settings: the grid of them, what became of each, and the way back to any one as a run."""
