"""Somebody's printed numbers held against the right ones and against the known ways to get them wrong."""
