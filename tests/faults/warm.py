"""Load what children share before they are forked: program and dictionary. Remove a safeguard if one is named."""

import os
from pathlib import Path
from unittest.mock import patch

from flask import Flask
from jinja2 import FileSystemBytecodeCache

import web.app
import web.citizens.pages  # noqa: F401  # to have it loaded
from indexer.analyzer import Analyzer
from tests.faults import breaking

# A folder used by this run only.
FOLDER = Path(os.environ["GONGKAI_FAULTS_FOLDER"])
ANALYZER = Analyzer()
# Templates are compiled once, and not for every application that a case makes.
patch.object(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(FOLDER))}).start()
breaking.apply()
