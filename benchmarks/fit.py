"""`make bench-fit`: twelve tables that packages ship, fitted by `ns.fit` without any option, beside scikit-learn's pipelines.

Each table is split five times, a fifth of the rows kept for the judgement; both learn from the rest. The pipelines are given every
row of it: scaler and encoder, then LinearRegression or LogisticRegression, and an MLP with early stopping. For numbers the root
mean squared error as a part of that of always saying the mean, for classes the part that is right. Close means within 2 % of the
better pipeline's error, or within one point of its accuracy.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn import datasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import nodescope as ns

SPLITS = 5
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
    """Ours, linear and MLP on the rows kept back; whether the goal is classes; what ours says."""
    test = np.random.default_rng(seed).permutation(len(frame)) < max(2, len(frame) // 5)
    seen, unseen = frame[~test], frame[test]
    fitted = ns.fit(seen, goal=goal, seed=seed)
    classes = fitted.run.recipe.classes is not None
    models = [fitted, *(pipeline.fit(seen.drop(columns=goal), seen[goal]) for pipeline in pipelines(classes))]
    truth = unseen[goal].to_numpy()
    told = []
    for model in models:
        said = np.asarray(model.predict(unseen.drop(columns=goal)))
        spread = np.sqrt(((truth - seen[goal].mean()) ** 2).mean()) if not classes else 1.0
        told.append(float((said == truth).mean()) if classes else float(np.sqrt(((said - truth) ** 2).mean()) / spread))
    return told, classes, fitted.advice


def main(names: list[str]) -> int:
    """The tables named, or all."""
    warnings.simplefilter("ignore")
    print("| table | rows | what | nodescope fit | linear | MLP | close |")
    print("|---|---|---|---|---|---|---|")
    for name, goal in SHIPPED.items():
        if names and name not in names:
            continue
        frame = table(name)
        splits = [one_split(frame, goal, seed) for seed in range(SPLITS)]
        ours, linear, network = np.mean([told for told, _, _ in splits], axis=0)
        classes = splits[0][1]
        if classes:
            close, cells = ours >= max(linear, network) - 0.01, [f"{100 * value:.1f} %" for value in (ours, linear, network)]
        else:
            close, cells = ours <= 1.02 * min(linear, network), [f"{value:.3f}" for value in (ours, linear, network)]
        what = "right" if classes else "error ÷ that of the mean"
        print(f"| {name} | {len(frame):,} | {what} | {' | '.join(cells)} | {'yes' if close else 'no'} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
