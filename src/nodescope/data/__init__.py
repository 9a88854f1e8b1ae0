"""Tables in, numbers out: named columns become examples, and what was done to them is kept beside them."""
