"""Draws the README's picture: the seed's node at its eighth step. Run by `make picture`; a test holds it to what is drawn today."""

from pathlib import Path

import nodescope as ns

if __name__ == "__main__":
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    ns.export(run, Path(__file__).parent / "node.svg", step=7)
