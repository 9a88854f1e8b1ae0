"""A callback that observes what Hugging Face's Trainer trains: `Trainer(…, callbacks=[Observer()])`. Needs `transformers`."""

from typing import Any

from nodescope.errors import InputError
from nodescope.torch.attached import Attached

try:
    from transformers import TrainerCallback
except ImportError as error:
    raise InputError("nodescope.torch.transformers needs it: pip install 'nodescope[transformers]'") from error


class Observer(Attached, TrainerCallback):
    """Observe a training by Hugging Face's Trainer, unchanged; its evaluation loss is noted as `validation`.

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
        self._settings = settings

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, optimizer: Any = None, **_: Any) -> None:
        self._attach(model, [optimizer], self._settings)

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        self._note(metrics, "eval_loss")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._detach(None)
