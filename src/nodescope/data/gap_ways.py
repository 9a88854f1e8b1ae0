"""What can be done where values are not there, in the words of `missing=`: the table of settings has them too."""

FILLING = ("mean", "median", "zero")
WAYS = ("refuse", "drop", *FILLING)
