"""The waist: what to do (recipe), doing it (descend), how it ended, and every number of it (trace)."""
