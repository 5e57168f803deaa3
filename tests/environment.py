"""Loaded before the settings: gives each run of the tests a DATA_DIR of its own, and no .env."""

import atexit
import os
import shutil
import tempfile

if "EXACTLINK_TEST_DATA_DIR" in os.environ:  # a child process of a test shares its parent's
    os.environ["DATA_DIR"] = os.environ["EXACTLINK_TEST_DATA_DIR"]
else:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="exactlink-test-")
    os.environ["EXACTLINK_TEST_DATA_DIR"] = os.environ["DATA_DIR"]
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ["ENV_FILE"] = os.devnull  # what a developer set for real must not reach a test
