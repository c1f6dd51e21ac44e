# SPDX-License-Identifier: MIT
"""What scripts/dev/cpython-tests asks of an interpreter, whichever it is.

  cpython_cases.py --name              what it is, as in pypy3.9.16
  cpython_cases.py --has MODULE...     those of CPython's test modules that it has
  cpython_cases.py --run FILE MODULE   run one with CPython's own runner; a line
                                       for each case that ends goes to FILE

A line is the case's name, a tab and how it ended. No address, port, path or
time is in it: two runs of the same thing write the same lines.
"""
import io
import os
import platform
import re
import sys
import unittest


def name():
    pypy = getattr(sys, 'pypy_version_info', None)
    return ('pypy' if pypy else '') + platform.python_version()


def has(modules):
    try:
        import test
    except ImportError:
        return []
    tests = os.path.dirname(test.__file__)
    paths = [(module, os.path.join(tests, *module.split('.'))) for module in modules]
    return [module for module, path in paths
            if os.path.exists(path + '.py') or os.path.exists(os.path.join(path, '__init__.py'))]


def plain(text):
    """The first line of it, without what changes from run to run."""
    line = (str(text).splitlines() or [''])[0]
    line = re.sub(r'0x[0-9a-fA-F]+|@?\S*/\S*', '*', line)
    return re.sub(r'[0-9]+', '#', line.encode('ascii', 'replace').decode())


def error(exc_info):
    """An exception's class and errno: the message would have addresses in it."""
    number = getattr(exc_info[1], 'errno', None)
    return exc_info[0].__name__ + ('' if number is None else '(%s)' % number)


# How unittest tells a result of each: the method, and what we write for it.
OUTCOMES = {
    'addSuccess': lambda: 'ok',
    'addError': lambda exc_info: 'ERROR ' + error(exc_info),
    'addFailure': lambda exc_info: 'FAIL ' + error(exc_info),
    'addSkip': lambda reason: 'skipped ' + plain(reason),
    'addExpectedFailure': lambda exc_info: 'expected failure',
    'addUnexpectedSuccess': lambda: 'unexpected success',
    'addSubTest': lambda subtest, exc_info:
        exc_info and ('subtest: ' + error(exc_info)),
}


def listen(out):
    """Have every result of this process write down what it is told, once."""
    def listening(method, outcome):
        def told(self, case, *arguments):
            ended = outcome(*arguments)
            if ended:
                out.write(u'%s\t%s\n' % (plain_id(case), ended))
                out.flush()
            return method(self, case, *arguments)
        return told

    def plain_id(case):
        return re.sub(r'0x[0-9a-fA-F]+', '*', case.id()).replace('\n', ' ')

    # A class of the runner's own ends in this one, by way of super.
    for method, outcome in OUTCOMES.items():
        if hasattr(unittest.TestResult, method):
            setattr(unittest.TestResult, method,
                    listening(getattr(unittest.TestResult, method), outcome))


def run(path, module):
    # As with `python -m test`: the folder of this file is not to import from.
    sys.path[0] = os.getcwd()
    from test import regrtest
    # What needs the network is to fail for want of one, the same way twice.
    sys.argv = ['regrtest', '-v', '-u', 'network', module]
    with io.open(path, 'a', encoding='utf-8') as out:
        listen(out)
        regrtest.main()


if __name__ == '__main__':
    if sys.argv[1] == '--name':
        print(name())
    elif sys.argv[1] == '--has':
        print('\n'.join(has(sys.argv[2:])))
    else:
        run(*sys.argv[2:])
