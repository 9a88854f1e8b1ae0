"""What a run does in words that change with it under the hand: one table, read here and by the page."""
