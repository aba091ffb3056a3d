"""Lets a benchmark that is run as a script import the program it measures: `import repository` comes first."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
