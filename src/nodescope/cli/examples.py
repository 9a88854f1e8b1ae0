"""Examples of each command, shown at the end of its `--help`: what is typed most, and what one would not guess."""

EXAMPLES = {
    "compare": ("nodescope compare a.nodescope b.nodescope",),
    "diagnose": ("nodescope diagnose sticks.nodescope", "nodescope diagnose examples/xor.toml"),
    "explain": (
        "nodescope explain sticks.nodescope --step 317",
        "nodescope explain xor.nodescope --step -1 --layer 0 --node 2 --format md",
    ),
    "export": (
        "nodescope export sticks.nodescope sticks.html",
        "nodescope export sticks.nodescope step.svg --step 7 --theme dark",
        "nodescope export penguins.nodescope penguins.py",
    ),
    "fit": (
        "nodescope fit penguins.csv --goal body_mass_g --out penguins.nodescope",
        "nodescope fit penguins.csv --goal species --hidden auto",
    ),
    "forecast": (
        "nodescope forecast --weight 0.4 --input 1 --goal 0.6 --alpha 0.1",
        "nodescope forecast --data penguins.csv --goal body_mass_g --missing drop --mse 200000",
    ),
    "inspect": ("nodescope inspect penguins.csv",),
    "open": ("nodescope open", "nodescope open sticks.nodescope"),
    "predict": ("nodescope predict penguins.nodescope new_penguins.csv",),
    "run": (
        "nodescope run examples/sticks.toml",
        "nodescope run --weight 0.4 --input 1 --goal 0.6 --alpha 0.1 --steps 325 --out sticks.nodescope",
        "nodescope run --data penguins.csv --goal body_mass_g --missing drop --standardise --epochs 200",
        "nodescope run --resume sticks.nodescope --steps 1000",
    ),
    "sweep": (
        "nodescope sweep --input 1 --goal 0.6 --weight=-1:1:40 --alpha 0.05:2.5:60 --map map.svg",
    ),
    "trace": ("nodescope trace sticks.nodescope --from 0 --to 10 --format csv",),
    "verify": ("nodescope verify sticks.nodescope",),
}  # fmt: skip
"""Commands that have more to say of themselves (grade, lesson, worksheet) say it where they stand."""


def examples_of(command: str) -> str | None:
    """The text for click, which leaves its lines as they are."""
    lines = EXAMPLES.get(command)
    return None if lines is None else "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
