"""Imported before NumPy: its matrix products, by OpenBLAS, are those of one kind of processor in all tests, and of one thread.

OpenBLAS adds up in another order on each kind, so that the last digits of goals made by `inputs @ weights`, and of an alpha from
eigenvalues, are the processor's, and so is all that rests on them: at which step a run of classes settles, say. What is written
down of them (tests/said) would hold on some machines only. Nothing in the steps themselves goes through OpenBLAS.

Its threads, and those of PyTorch, wait for one another by spinning: beside other parts of the tests, or other people's programs, a
training of half a second took fifteen.
"""

import os
import sys
from pathlib import Path

FLAGS = Path("/proc/cpuinfo")
if FLAGS.exists() and " avx2 " in FLAGS.read_text():
    assert "numpy" not in sys.modules or os.environ.get("OPENBLAS_CORETYPE"), "NumPy has chosen its products"
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
