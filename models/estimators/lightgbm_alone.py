"""LightGBM without its wrappers for scikit-learn: a second of imports that a process which only predicts needs not.

And without a detector of encodings, which SciPy brings in by listing all of NumPy: a sixth of a second.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

SKLEARN = "sklearn"
LEFT_OUT = (SKLEARN, "charset_normalizer")
"""What is not imported for it; both LightGBM and NumPy make do without."""


def import_lightgbm() -> ModuleType:
    """The module `lightgbm`; scikit-learn is not imported for it, and can be imported afterwards.

    LightGBM's own estimators are then missing; nothing here uses them.
    """
    if "lightgbm" in sys.modules or SKLEARN in sys.modules:
        import lightgbm as known

        return known
    with left_out():
        import lightgbm as alone
    return alone


@contextmanager
def left_out() -> Iterator[None]:
    """A time in which modules that are not imported yet cannot be."""
    names = [name for name in LEFT_OUT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
