"""Before a run: what a recipe will do, from theory alone."""
