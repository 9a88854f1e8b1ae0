"""Runs in files: what is written as they go, and what is believed of it when it is read."""
