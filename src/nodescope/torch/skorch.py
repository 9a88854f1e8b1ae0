"""A callback that observes what skorch fits: `NeuralNet(…, callbacks=[Observer()])`. Needs the extra `skorch`."""

from typing import Any

from nodescope.errors import InputError
from nodescope.torch.attached import Attached

try:
    from skorch.callbacks import Callback
except ImportError as error:
    raise InputError("nodescope.torch.skorch needs skorch: pip install 'nodescope[skorch]'") from error


class Observer(Attached, Callback):
    """Observe a fit by skorch, unchanged; its validation loss is noted at each epoch.

    Parameters
    ----------
    settings : dict, optional
        Keywords of `observe`.

    Attributes
    ----------
    run : Recorded or None
        None before the fit has begun. A net that is cloned (in a grid search) has an observer of its own: `dict(net.callbacks_)`.
    """

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self.settings = settings

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"settings": self.settings}  # what is not there is no part of a clone

    def on_train_begin(self, net: Any, **_: Any) -> None:
        self._attach(net.module_, [net.optimizer_], self.settings or {})

    def on_epoch_end(self, net: Any, **_: Any) -> None:
        self._note(net.history[-1], "valid_loss")

    def on_train_end(self, net: Any, **_: Any) -> None:
        self._detach(None)
