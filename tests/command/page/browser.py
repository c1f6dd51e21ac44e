# SPDX-License-Identifier: MIT
"""A headless Chromium by chromedriver, which speaks WebDriver (w3.org/TR/webdriver2)."""
import base64
import json
import re
import subprocess
import urllib.error
import urllib.request

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
KEYS = {'Tab': '\ue004', 'Enter': '\ue007', 'Escape': '\ue00c', 'Home': '\ue011', 'ArrowLeft': '\ue012',
        'ArrowUp': '\ue013', 'ArrowRight': '\ue014', 'ArrowDown': '\ue015', 'Control': '\ue009'}


class Browser:
    """One window. Close it, or its processes stay."""

    def __init__(self, profile):
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            port = re.search(r'started successfully on port (\d+)', line)
            if port:
                break
        else:
            raise RuntimeError('chromedriver does not start')
        self.base = 'http://127.0.0.1:%s/session' % port[1]
        # Root, and many a container, cannot have Chromium's sandbox; the pages are ours.
        arguments = ['--headless=new', '--window-size=1280,1000', '--disable-gpu', '--no-first-run', '--no-sandbox',
                     '--disable-dev-shm-usage', '--force-device-scale-factor=1', '--user-data-dir=' + profile]
        made = self.call('POST', '', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments},
            'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'}}}})
        self.base += '/' + made['sessionId']

    def close(self):
        try:
            self.call('DELETE', '')
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method)
        if method == 'POST':
            request.data = json.dumps(body or {}).encode()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            raise RuntimeError('%s: %s' % (path, json.load(error)['value']['message'])) from None

    def open(self, path):
        self.call('POST', '/url', {'url': 'file://' + path})

    def run(self, script, *arguments):
        return self.call('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def wait(self, script):
        """Until the promise of the script is kept; what it brings."""
        script = 'const done = arguments[0]; (async () => {%s})().then(done, (e) => done(String(e)));' % script
        return self.call('POST', '/execute/async', {'script': script, 'args': []})

    def find(self, css):
        return self.call('POST', '/element', {'using': 'css selector', 'value': css})[ELEMENT]

    def click(self, css):
        self.call('POST', '/element/%s/click' % self.find(css))
        self.settle()

    def type(self, css, text):
        element = self.find(css)
        self.call('POST', '/element/%s/clear' % element)
        self.call('POST', '/element/%s/value' % element, {'text': text})
        self.settle()

    def text(self, css):
        return self.run('return document.querySelector(arguments[0]).textContent', css)

    def texts(self, css, member='textContent'):
        return self.run('return Array.from(document.querySelectorAll(arguments[0]), (e) => e[arguments[1]])',
                        css, member)

    def value(self, expression):
        return self.run('return ' + expression)

    def settle(self):
        """Until the canvas is drawn anew."""
        self.wait('await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);')

    def act(self, kind, *steps, **more):
        """Input as from a device: a mouse, a wheel or a keyboard."""
        source = dict(type=kind, id=kind, actions=list(steps), **more)
        self.call('POST', '/actions', {'actions': [source]})
        self.settle()

    def press(self, *names):
        """Keys, one after the other, to what has the focus."""
        steps = []
        for name in names:
            key = KEYS.get(name, name)
            steps += [{'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key}]
        self.act('key', *steps)

    def mouse(self, *steps):
        """('move', x, y), ('down',) and ('up',)."""
        shapes = {'move': 'pointerMove', 'down': 'pointerDown', 'up': 'pointerUp'}
        self.act('pointer', *({'type': shapes[name], 'button': 0} if not at else
                              {'type': 'pointerMove', 'x': round(at[0]), 'y': round(at[1]), 'duration': 0}
                              for name, *at in steps), parameters={'pointerType': 'mouse'})

    def wheel(self, x, y, down, control=False):
        if control:
            self.act('key', {'type': 'keyDown', 'value': KEYS['Control']})
        self.act('wheel', {'type': 'scroll', 'x': round(x), 'y': round(y), 'deltaX': 0, 'deltaY': down})
        if control:
            self.act('key', {'type': 'keyUp', 'value': KEYS['Control']})

    def cdp(self, command, **parameters):
        """A command of Chromium's own protocol."""
        return self.call('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def log(self, kind):
        """What has come to that log since it was read last."""
        return self.call('POST', '/se/log', {'type': kind})

    def requests(self):
        """The addresses that pages have asked for since this was asked last."""
        events = (json.loads(entry['message'])['message'] for entry in self.log('performance'))
        return [event['params']['request']['url'] for event in events
                if event['method'] == 'Network.requestWillBeSent']

    def picture(self, path):
        with open(path, 'wb') as file:
            file.write(base64.b64decode(self.call('GET', '/screenshot')))
