"""`python -m nodescope` is `nodescope`."""

from nodescope.cli import main

main()
