# SPDX-License-Identifier: MIT
"""What a program sees of the site hook, for hook.sh; Python 2.7 and 3.

    hook.py view       how this interpreter encodes a host, into the file that CODEC
                       names; then sys.path and which sitecustomize there is
    hook.py modules    what is loaded
    hook.py codec      how this interpreter encodes a host
    hook.py exec       how its successor does
    hook.py children   how children do, started in every way there is
"""
from __future__ import print_function
import os
import subprocess
import sys


def codec():
    return u"fa\xdf".encode("idna").decode("ascii")


def view():
    with open(os.environ["CODEC"], "w") as out:
        out.write(codec())
    if sys.flags.no_site:  # the hook has not run, and its folder is still there
        print([entry for entry in sys.path if entry != os.environ["HOOK"]])
        return
    print("\n".join(sys.path))
    for name in "sitecustomize", "usercustomize":
        module = sys.modules.get(name)
        print(name, getattr(module, "__file__", "none").replace(".pyc", ".py"))
        try:
            print("the same again:", __import__(name) is module)
        except ImportError as error:
            print(error)


def children():
    import multiprocessing
    if hasattr(multiprocessing, "get_context"):
        contexts = [(way, multiprocessing.get_context(way)) for way in multiprocessing.get_all_start_methods()]
    else:
        contexts = [("default", multiprocessing)]
    for way, context in contexts:
        workers = context.Pool(1)
        print(way, workers.apply(codec))
        workers.close()
        workers.join()
    try:
        from concurrent.futures import ProcessPoolExecutor
    except ImportError:  # Python 2
        pass
    else:
        with ProcessPoolExecutor(1) as workers:
            print("futures", workers.submit(codec).result())
    print("subprocess", subprocess.check_output([sys.executable, __file__, "codec"]).decode().strip())


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "view":
        view()
    elif what == "modules":
        print("\n".join(sorted(sys.modules)))
    elif what == "codec":
        print(codec())
    elif what == "exec":
        os.execv(sys.executable, [sys.executable, __file__, "codec"])
    elif what == "children":
        children()
