"""Load what children share before they are forked: program and dictionary. Remove a safeguard if one is named."""

import os
from pathlib import Path

import web.app
import web.citizens.pages  # noqa: F401  # to have it loaded
from indexer.analyzer import Analyzer
from tests.faults import breaking

# A folder used by this run only.
FOLDER = Path(os.environ["GONGKAI_FAULTS_FOLDER"])
ANALYZER = Analyzer(FOLDER / "cache")
breaking.apply()
