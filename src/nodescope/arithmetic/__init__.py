"""Numbers in, numbers out: no I/O, no words, no policy. `step.py` is the law, `core.c` the same compiled."""
