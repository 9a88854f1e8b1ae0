"""`sweep`: a run for every combination of some settings, their table and their map."""

import sys
from typing import Any

import click

import nodescope as ns
from nodescope.cli.output import note, progress, refuse_precious, say, tell_written, terminal
from nodescope.cli.recipe_options import keywords_of, on_option, recipe_options_with_texts
from nodescope.diagnosis.sweeps.sweep import Sweep, sweep_with
from nodescope.errors import InputError
from nodescope.hosts.ranges import values_of
from nodescope.hosts.typed import numbers
from nodescope.views.heat_text import heat_map
from nodescope.views.values import as_json, run_values

MOST_IN_JSON = 10_000
"""Rows that `--json` prints; of more there is the table that `--out` names."""


@click.command()
@click.argument("recipe", required=False, type=click.Path())
@recipe_options_with_texts("seed")
@click.option("--rule-setting", "rule_settings", multiple=True, help="Of the rule, swept over: momentum=0.5,0.9 or beta1=0:0.9:10.")
@on_option
@click.option("--out", type=click.Path(), help="Keep the table in this Parquet file; the same command goes on after a kill.")
@click.option("--force", is_flag=True, help="With --out: replace what is there.")
@click.option("--map", "picture", type=click.Path(), help="Write the map: .svg, .png, .pdf; or the table: .csv, .parquet.")
@click.option("--json", "as_json_", is_flag=True, help="For machines.")
def sweep(
    recipe: str | None, rule_settings: tuple[str, ...], on: int | str | None, out: str | None, force: bool, picture: str | None,
    as_json_: bool, **given: Any,
) -> None:  # fmt: skip
    """Run once for each combination of settings. It shows the best, and a map.

    --alpha, --seed and --weight take ranges (0.001:2.2:1000 is so many values from the first to the last, 0.01:10:50:log with equal
    ratios, 0:100 whole numbers) or lists (0.1,0.2); --rule takes several names (plain,adam); --hidden several networks (4;8;8,8).
    """
    swept, hidden = _swept(given, rule_settings)
    beside = {name: None if name in swept else value for name, value in given.items()}
    if hidden is not None:
        beside["hidden"] = str(given["hidden"]).partition(";")[0]
    if isinstance(beside["seed"], str):
        beside["seed"] = numbers("--seed", beside["seed"])
    keywords = {**keywords_of(recipe, beside), **swept}
    with progress("runs") as tell:
        made = sweep_with(tell, hidden=hidden, on=on, out=out, overwrite=force, **keywords)
    _tell(made, as_json_)
    if picture is not None:
        refuse_precious(picture, [out] if out else [])
        ns.export(made, picture)
        tell_written(picture)
    if made.done < len(made):
        note(f"stopped after {made.done:,} of {len(made):,} runs" + ("; the same command goes on" if out else ""))
    elif out is not None:
        tell_written(out)


def _swept(given: dict[str, Any], rule_settings: tuple[str, ...]) -> tuple[dict[str, Any], Any]:
    """What is swept over of the options given, and the hidden layers."""
    swept: dict[str, Any] = {}
    for name in ("alpha", "seed", "weight", "batch"):
        text = given.get(name)
        if not isinstance(text, str) or text in ("auto", "all"):
            continue
        if name == "weight" and ":" not in text:
            swept[name] = numbers("--weight", text)
        elif len(values := values_of(f"--{name}", text)) > 1 or ":" in text:
            swept[name] = values
    rules = [rule.strip() for rule in given["rule"].split(",")] if given.get("rule") else []
    if len(rules) > 1 or rule_settings:
        settings = dict(_setting(text) for text in rule_settings)
        if settings and len(rules) != 1:
            raise InputError("--rule-setting goes with one --rule, whose setting it is")
        swept["rule"] = {"name": rules[0], **settings} if settings else rules
    hidden = given.get("hidden")
    if hidden is None:
        return swept, None
    return swept, [numbers("--hidden", part) for part in str(hidden).split(";")]


def _setting(text: str) -> tuple[str, Any]:
    name, equals, values = text.partition("=")
    if not equals:
        raise InputError(f"--rule-setting is {text!r:.60}; it is written momentum=0.5,0.9")
    return name.strip(), values_of(f"--rule-setting {name}", values)


def _tell(made: Sweep, as_json_: bool) -> None:
    if as_json_:
        rows = {name: made[name] for name in made.columns} if made.done <= MOST_IN_JSON else None
        best = {"row": made.best_row, **run_values(made.best)} if made.has_best else None
        click.echo(as_json(made.told() | {"best": best, "rows": rows}))
        return
    say(str(made))
    if made.done:
        width, unicode = terminal()
        click.echo("\n".join(heat_map(made, width, unicode or not sys.stdout.isatty())))
