"""What a child needs not load again: the program, its dictionary; and the safeguard that is taken out, if one is."""

import os
from pathlib import Path

import web.app
import web.citizens.pages  # noqa: F401
from indexer.analyzer import Analyzer
from tests.faults import breaking

# A folder of this run's own.
FOLDER = Path(os.environ["GONGKAI_FAULTS_FOLDER"])
ANALYZER = Analyzer(FOLDER / "cache")
breaking.apply()
