"""scikit-learn: nodes and networks as estimators that say why a fit went as it did. Needs the extra `sklearn`."""

from nodescope.errors import InputError

try:
    import sklearn as _sklearn  # noqa: F401  # asked for once, so that the message below is the first that is seen
except ImportError as error:
    raise InputError("nodescope.sklearn needs scikit-learn: pip install 'nodescope[sklearn]'") from error

from nodescope.sklearn.classifier import NetworkClassifier, NodeClassifier
from nodescope.sklearn.network import NetworkRegressor
from nodescope.sklearn.node import NodeRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor", "NodeClassifier", "NodeRegressor"]
