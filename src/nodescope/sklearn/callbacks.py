"""scikit-learn's callbacks, which it has from 1.9 on: told of every epoch while a fit goes, and asked whether it is to stop."""

from collections.abc import Callable
from typing import Any

from nodescope.run.descent import Descent

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # an older scikit-learn
    HAS_CALLBACKS = False

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing: there are no callbacks."""

    def with_callbacks(method: Any) -> Any:
        """The method itself."""
        return method

else:
    HAS_CALLBACKS = True

__all__ = ["HAS_CALLBACKS", "CallbackSupportMixin", "told_of_epochs", "with_callbacks"]


def told_of_epochs(estimator: Any, epochs: int, x: Any, y: Any) -> Callable[[Descent], None] | None:
    """What `go` calls between blocks of steps, and at the end: for each epoch that is over since. None where nobody listens.

    A fit is asked whether to stop every 30 ms or so, not within.
    """
    if not HAS_CALLBACKS or not getattr(estimator, "_skl_callbacks", None):
        return None
    context = estimator._init_callback_context(max_subtasks=epochs)
    context.call_on_fit_task_begin(estimator=estimator, X=x, y=y)
    told = 0

    def tell(descent: Descent) -> None:
        nonlocal told
        done = descent.cursor.step // descent.recipe.steps_per_epoch
        for _ in range(told, done):
            epoch = context.subcontext(task_name="epoch")
            epoch.call_on_fit_task_begin(estimator=estimator, X=x, y=y)
            if epoch.call_on_fit_task_end(estimator=estimator, X=x, y=y):
                descent.stop_asked.set()
        told = max(told, done)

    return tell


def fit_is_over(estimator: Any, x: Any, y: Any) -> None:
    """Tell the callbacks that the last epoch is over."""
    context = getattr(estimator, "_callback_fit_ctx", None)
    if context is not None:
        context.call_on_fit_task_end(estimator=estimator, X=x, y=y)
