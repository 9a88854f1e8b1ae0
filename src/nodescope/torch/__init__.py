"""PyTorch: observe a training without changing a bit of it; move networks there and back. Needs the extra `torch`."""

from nodescope.errors import InputError

try:
    import torch as _torch  # noqa: F401  # asked for once, so that the message below is the first that is seen
except ImportError as error:
    raise InputError("nodescope.torch needs PyTorch: pip install 'nodescope[torch]'") from error

from nodescope.torch.convert import from_torch, to_torch, training
from nodescope.torch.observe import observe
from nodescope.torch.side_by_side import Difference, SideBySide, side_by_side

__all__ = ["Difference", "SideBySide", "from_torch", "observe", "side_by_side", "to_torch", "training"]
