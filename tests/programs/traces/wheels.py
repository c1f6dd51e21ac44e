# SPDX-License-Identifier: MIT
"""Write a few small wheels and the simple index (PEP 503) that lists them:

    wheels.py DIRECTORY URL NAME...

The files are in DIRECTORY/files, and the index links to them by URL. The first NAME depends
on all the others.
"""
import pathlib
import sys
import zipfile


def write_wheel(directory, name, needs):
    info = name + '-1.0.dist-info/'
    files = {
        name + '.py': 'NAME = %r\n' % name,
        info + 'METADATA': 'Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n' % name
        + ''.join('Requires-Dist: %s\n' % need for need in needs),
        info + 'WHEEL': 'Wheel-Version: 1.0\nGenerator: wheels.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    record = info + 'RECORD'
    files[record] = ''.join('%s,,\n' % file for file in [*files, record])
    wheel = name + '-1.0-py3-none-any.whl'
    with zipfile.ZipFile(directory / wheel, 'w') as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return wheel


def main(directory, url, *names):
    directory = pathlib.Path(directory)
    files = directory / 'files'
    files.mkdir(parents=True)
    for name in names:
        wheel = write_wheel(files, name, names[1:] if name == names[0] else [])
        index = directory / 'simple' / name
        index.mkdir(parents=True)
        (index / 'index.html').write_text('<a href="%s/files/%s">%s</a>\n' % (url, wheel, wheel))


main(*sys.argv[1:])
