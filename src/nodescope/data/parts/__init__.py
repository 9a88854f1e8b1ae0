"""Tables in many files, or larger than memory: found, cut into pieces, and read a piece at a time."""
