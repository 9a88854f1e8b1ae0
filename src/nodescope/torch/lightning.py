"""A callback that observes what Lightning trains: `Trainer(callbacks=[Observer()])`. Needs the extra `lightning`."""

from typing import Any

from nodescope.errors import InputError
from nodescope.torch.attached import Attached

try:
    from lightning.pytorch.callbacks import Callback
except ImportError as error:
    raise InputError("nodescope.torch.lightning needs Lightning: pip install 'nodescope[lightning]'") from error


class Observer(Attached, Callback):
    """Observe a training by Lightning's Trainer, unchanged; the loss that is logged of unseen examples is noted as `validation`.

    Parameters
    ----------
    validation : str
        Name under which that loss is logged.
    **settings
        Keywords of `observe`.

    Attributes
    ----------
    runs : list of Recorded
        One for each optimizer; `run` is the first.
    """

    def __init__(self, validation: str = "val_loss", **settings: Any) -> None:
        super().__init__()
        self._validation, self._settings = validation, settings

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self._attach(pl_module, trainer.optimizers, self._settings)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if not trainer.sanity_checking:
            self._note(trainer.callback_metrics, self._validation)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self._detach(None)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._detach(exception)
