"""From a recipe's numbers to what follows without running it: closed forms with their sources, no words."""
