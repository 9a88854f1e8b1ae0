"""Findings about a training of another program: how it is put together, its settings, its loss, and what ceased to be a number."""
