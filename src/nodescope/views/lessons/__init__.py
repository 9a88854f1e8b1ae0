"""Lessons: guess first, then see it run, then why."""
