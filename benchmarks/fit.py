"""`make bench-fit`: tables that packages ship, fitted by `ns.fit` without any option, beside scikit-learn's pipelines.

Without names it goes through all of them, twice, and writes docs/fitting.md, whose head says what is done.
"""

import sys
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn import datasets
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import nodescope as ns

SPLITS = 5
DOCUMENT = Path(__file__).parent.parent / "docs" / "fitting.md"
HEAD = """# How good a fit is without being told how

`make bench-fit` writes this page. Each table is split five times, a fifth of the rows kept for the judgement; the rest is what is
learned from. `ns.fit` is given no option, and keeps a fifth of that rest unseen to judge itself by; the pipelines learn from all
of it: scaler and encoder, then LinearRegression or LogisticRegression, and an MLP with early stopping. For numbers the root mean
squared error as a part of that of always saying the mean; for classes the part that is right. The column before the last is the
linear pipeline on the very rows that `ns.fit` learned from. Close means within 2 % of the better pipeline's error, or within one
point of its accuracy.

Splits 0 to 4, which were looked at while the rules of `fit` were made:

"""
OTHERS = """
Splits 5 to 9, which were not:

"""
WHY = "\nWhere it is not close, `ns.fit` says at its end (of the first split):\n\n"
COLUMNS = ("table", "rows", "what", "nodescope fit", "linear", "MLP", "linear, rows of fit", "close")
PENGUINS = Path(__file__).parent.parent / "examples" / "penguins.csv"
SHIPPED = {
    "diabetes": "target", "linnerud": "Weight", "iris": "target", "wine": "target", "breast_cancer": "target", "digits": "target",
    "longley": "TOTEMP", "randhie": "mdvis", "fair": "affairs", "spector": "GRADE", "star98": "NABOVE", "anes96": "PID",
    "penguins": "body_mass_g",
}  # fmt: skip


def table(name: str) -> pd.DataFrame:
    """One of them; of linnerud the three exercises and one measure."""
    if name == "penguins":
        return pd.read_csv(PENGUINS).dropna(subset=["body_mass_g"])
    if name == "linnerud":
        return datasets.load_linnerud(as_frame=True).frame.drop(columns=["Waist", "Pulse"])
    if hasattr(datasets, f"load_{name}"):
        return getattr(datasets, f"load_{name}")(as_frame=True).frame
    return getattr(sm.datasets, name).load_pandas().data


def pipelines(classes: bool):
    """Ours to be held against: a linear one and a network."""
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    linear = LogisticRegression(max_iter=2000) if classes else LinearRegression()
    network = (MLPClassifier if classes else MLPRegressor)(early_stopping=True, max_iter=1000, random_state=0)
    return make_pipeline(columns, linear), make_pipeline(columns, network)


def one_split(frame: pd.DataFrame, goal: str, seed: int) -> tuple[list[float], bool, str]:
    """Ours, linear, MLP, and linear on our rows, judged on the rows kept back; whether the goal is classes; what ours says."""
    test = np.random.default_rng(seed).permutation(len(frame)) < max(2, len(frame) // 5)
    seen, unseen = frame[~test], frame[test]
    fitted = ns.fit(seen, goal=goal, seed=seed)
    classes = fitted.run.recipe.classes is not None
    linear, network = pipelines(classes)
    same_rows = seen.iloc[fitted.run.recipe.source.seen_rows]
    learned = [(linear, seen), (network, seen), (clone(linear), same_rows)]
    models = [fitted, *(pipeline.fit(rows.drop(columns=goal), rows[goal]) for pipeline, rows in learned)]
    truth = unseen[goal].to_numpy()
    told = []
    for model in models:
        said = np.asarray(model.predict(unseen.drop(columns=goal)))
        spread = np.sqrt(((truth - seen[goal].mean()) ** 2).mean()) if not classes else 1.0
        told.append(float((said == truth).mean()) if classes else float(np.sqrt(((said - truth) ** 2).mean()) / spread))
    return told, classes, fitted.advice


def rows(names: list[str], first: int) -> Iterator[str]:
    """The table over five splits, from the first on, and what is said where it is not close."""
    yield f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    reasons = []
    for name, goal in SHIPPED.items():
        if names and name not in names:
            continue
        frame = table(name)
        splits = [one_split(frame, goal, seed) for seed in range(first, first + SPLITS)]
        means = np.mean([told for told, _, _ in splits], axis=0)
        ours, linear, network, _ = means
        classes = splits[0][1]
        close = ours >= max(linear, network) - 0.01 if classes else ours <= 1.02 * min(linear, network)
        cells = [f"{100 * value:.1f} %" if classes else f"{value:.3f}" for value in means]
        what = "right" if classes else "error ÷ that of the mean"
        yield f"| {name} | {len(frame):,} | {what} | {' | '.join(cells)} | {'yes' if close else 'no'} |\n"
        if not close:
            reasons.append(f"- {name}: {splits[0][2]}\n")
    yield "".join([WHY, *reasons]) if reasons else "\nAll are close.\n"


def main(names: list[str]) -> int:
    """The tables named, or all."""
    warnings.simplefilter("ignore")
    parts = rows(names, 0) if names else chain([HEAD], rows([], 0), [OTHERS], rows([], SPLITS))
    text = ""
    for part in parts:
        print(part, end="", flush=True)
        text += part
    if not names:
        DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
