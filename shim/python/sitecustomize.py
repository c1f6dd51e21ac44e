# SPDX-License-Identifier: MIT
"""The site hook of gaishim, for Python 2.7 and 3.

The command puts this directory at the head of PYTHONPATH, so that site finds
this file before any other sitecustomize. It prepares what a lookup would load
otherwise, takes its directory off sys.path and makes room for the sitecustomize
that would have run without it, whose errors are its own. Interpreters that do
not look at PYTHONPATH or run no site (-I, -E, -S) never come here.
"""
import os
import sys


def prepare():
    if os.environ.get("GAISHIM_DISABLE") in ("1", "true", "yes", "on"):
        return
    if os.environ.get("GAISHIM_PYTHON_IDNA") == "libidn2":
        try:
            import gaishim_idna
            gaishim_idna.install()
        except Exception as error:
            import warnings
            warnings.warn("gaishim: hosts are encoded by Python's own idna codec: %s" % error, RuntimeWarning)
    if sys.version_info[0] == 2:
        # What encodes for the first time imports the codec: on a thread, while
        # another imports what waits for that thread, it would hang. Importing
        # the codec is not enough: its look-up imports it again. What is not ASCII
        # makes it look up punycode as well.
        try:
            unicode("\xfc", "latin-1").encode("idna")
        except LookupError:
            pass  # an interpreter without that codec


def step_aside():
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    return sys.modules.pop(__name__)


try:
    prepare()
except Exception:  # a warning under python -W error: what comes next must still come
    sys.excepthook(*sys.exc_info())
itself = step_aside()  # Python 2 empties a module that nobody holds

import sitecustomize  # ImportError if there is none: site expects it
