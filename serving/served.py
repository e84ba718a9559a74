"""What serves now: the current release of each district, looked up at most once a second."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from features.settings import Refused
from models.bundle import Bundle, open_bundle
from models.releases import current
from models.signing import load_public_key
