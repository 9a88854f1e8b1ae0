"""A callback that observes what Keras trains on PyTorch: `model.fit(…, callbacks=[Observer()])`. Needs the extra `keras`."""

from typing import Any

from nodescope.errors import InputError
from nodescope.torch.attached import Attached

try:
    import keras
except ImportError as error:
    if error.name != "keras":  # Keras is there, and what it would run on is not
        raise InputError(f"Keras cannot be imported ({error}): set KERAS_BACKEND=torch before it is imported") from error
    raise InputError("nodescope.torch.keras needs Keras: pip install 'nodescope[keras]'") from error
if keras.backend.backend() != "torch":
    raise InputError(f"Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=torch before it is imported")


class Observer(Attached, keras.callbacks.Callback):
    """Observe `fit` of a Keras model on PyTorch, unchanged. Keras updates weights itself: each change is one step.

    Parameters
    ----------
    **settings
        Keywords of `observe`.

    Attributes
    ----------
    run : Recorded or None
        None before the training has begun.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self._settings = settings

    def on_train_begin(self, logs: Any = None) -> None:
        self._attach(self.model, [None], self._settings)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._note(logs, "val_loss")

    def on_train_end(self, logs: Any = None) -> None:
        self._detach(None)
