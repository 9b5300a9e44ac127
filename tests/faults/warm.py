"""Load what children share before they are forked: program and dictionary. Remove a safeguard if one is named."""

import web.app
import web.citizens.pages  # noqa: F401  # to have it loaded
from indexer.analyzer import Analyzer
from tests.faults import breaking

ANALYZER = Analyzer()
breaking.apply()
