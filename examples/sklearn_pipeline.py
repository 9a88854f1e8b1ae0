"""Nodes in a scikit-learn pipeline: the same words as everywhere there, and a verdict.

Notice: the columns are of very unlike size, and it just works: the estimators standardise by themselves.
Notice: the warning of a fit that is far too slow is a sentence that says why, and what to do.
"""

import warnings

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from nodescope.sklearn import NetworkRegressor, NodeRegressor

x, y = load_diabetes(return_X_y=True, scaled=False)
seen_x, unseen_x, seen_y, unseen_y = train_test_split(x, y, random_state=0)

for model in (NodeRegressor(), NetworkRegressor(random_state=0), make_pipeline(SplineTransformer(3), NodeRegressor())):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(seen_x, seen_y)
        across = cross_val_score(model, seen_x, seen_y, cv=3).mean()
    error = np.sqrt(((model.predict(unseen_x) - unseen_y) ** 2).mean())
    print(f"{type(model).__name__}: RMSE {error:.1f} on rows unseen, R² {across:.2f} across the seen ones")

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    slow = NodeRegressor(eta0=1e-5).fit(seen_x, seen_y)
print("warning:", caught[0].message)
print("before the fit it was known:", slow.forecast_.sentence)
