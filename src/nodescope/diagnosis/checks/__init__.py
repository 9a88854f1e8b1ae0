"""Claims put to the proof: what was computed is computed again, or tried out."""
