"""LightGBM without its wrappers for scikit-learn: a second of imports that a process which only predicts needs not."""

import sys
from types import ModuleType

SKLEARN = "sklearn"


def import_lightgbm() -> ModuleType:
    """The module `lightgbm`; scikit-learn is not imported for it, and can be imported afterwards.

    LightGBM makes do without where it cannot import it. Its own estimators are then missing; nothing here uses them.
    """
    if "lightgbm" in sys.modules or SKLEARN in sys.modules:
        import lightgbm as known

        return known
    sys.modules[SKLEARN] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        import lightgbm as alone
    finally:
        del sys.modules[SKLEARN]
    return alone
