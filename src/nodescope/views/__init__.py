"""A run as something to read: picks, rounds, phrases, places; computes no new quantity."""
