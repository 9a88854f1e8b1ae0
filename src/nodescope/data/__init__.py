"""Tables in, numbers out: named columns become examples, and what was done to them is kept beside them."""

from nodescope.data.examples import Examples
from nodescope.data.fingerprint import fingerprint
from nodescope.data.open import is_table
from nodescope.data.scaling import Scaling
from nodescope.data.source import Source

__all__ = ["Examples", "Scaling", "Source", "fingerprint", "is_table"]
