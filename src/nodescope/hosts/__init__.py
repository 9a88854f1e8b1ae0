"""Places where the same front end runs: one offline file, the notebook, the local page."""
