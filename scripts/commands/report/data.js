// SPDX-License-Identifier: MIT
// The data of the page, and what is computed from it. Nothing here draws.
'use strict';

const byId = (id) => document.getElementById(id);
const problem = (text) => Object.assign(byId('problem'), { hidden: false, textContent: text });
window.addEventListener('error', (event) => problem('The page cannot show this log: ' + event.message));

// The members of a lookup. docs/log.md says what they mean. The last one comes from data.links.
const START = 0, US = 1, THREAD = 2, HOST = 3, CALL = 4, HOW = 5, CODE = 6, ANSWERS = 7,
	ASKS = 8, SHARED = 9, WAITED = 10, LEADER = 11;

// How a lookup can be answered, in the order of the legend, and whether the caller asked libc.
// A later version of the object may know others.
const KINDS = {
	led: [true, 'was the first to ask libc'],
	hedged: [true, 'was the first, and a thread of the object asked libc'],
	asked: [true, 'waited, and then asked libc as well'],
	passed: [true, 'libc alone answered'],
	local: [true, 'libc found a Unicode host as it is written'],
	localhost: [true, 'libc did not find localhost: loopback addresses'],
	waited: [false, 'got the answer that another caller had asked for'],
	held: [false, 'got an answer that was kept'],
	numeric: [false, 'a numeric host, answered on the spot'],
	refused: [false, 'a Unicode host without an ASCII form'],
};

// visible(text): signs without a shape, and those that turn text around, as \u202e.
const visible = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
	(sign) => '\\u' + sign.codePointAt(0).toString(16).padStart(4, '0'));
const number = (n) => n.toLocaleString('en');
const plural = (n, noun) => number(n) + ' ' + noun + (n === 1 ? '' : 's');

// duration(us): three digits and a unit.
function duration(us) {
	const [size, unit] = us < 999.5 ? [1, 'µs'] : us < 999.5e3 ? [1e3, 'ms'] : [1e6, 's'], s = Math.round(us / 1e6);
	return s < 60 ? +(us / size).toPrecision(3) + ' ' + unit :
		s < 3600 ? Math.floor(s / 60) + ' min ' + s % 60 + ' s' : (s / 3600).toFixed(1) + ' h';
}

// point(us, step): a time after t0, exact to the step.
function point(us, step) {
	const digits = Math.min(6, Math.max(0, Math.ceil(6 - Math.log10(step) - 1e-9)));
	return (us / 1e6).toFixed(digits).replace(/^-(?=[0.]*$)/, '') + ' s';
}

// date(us): that time in UTC, or nothing if no calendar has it.
const date = (us) => (new Date(data.t0 * 1000 + us / 1000).toJSON() || '').replace('T', ' ').replace('Z', ' UTC');

// The bars of the histogram end at 1, 2 and 5 of each power of ten; the first has all below 2 us.
const EDGES = Array.from({ length: 46 }, (_, n) => [1, 2, 5][n % 3] * 10 ** Math.floor(n / 3));
const bin = (us) => Math.max(0, EDGES.findIndex((edge) => edge > us) - 1);

// matcher(text): what hosts match. The text is a part of a host or, with *, all of it.
function matcher(text) {
	const parts = text.trim().split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
	return new RegExp(parts.length > 1 ? '^' + parts.join('.*') + '$' : parts[0], 'iu');
}

const data = JSON.parse(byId('data').textContent), lookups = data.lookups;
for (const table of ['hosts', 'calls', 'hows', 'codes', 'answers'])
	data[table] = data[table].map(visible);
// The kind of each how. What is in the log may be any text, and then it is "other".
const kinds = data.hows.map((how) => Object.hasOwn(KINDS, how) ? how : 'other');
KINDS.other = ['unknown', 'see docs/log.md'];
const ranks = kinds.map((kind) => Object.keys(KINDS).indexOf(kind));
const legend = [...kinds.keys()].sort((a, b) => ranks[a] - ranks[b]);
const sorted = [...lookups.keys()].sort((a, b) => lookups[a][START] - lookups[b][START]);
const end = (n) => lookups[n][START] + lookups[n][US];
const failed = (n) => data.codes[lookups[n][CODE]] !== '0';

for (const [waiter, leader] of data.links)
	lookups[waiter][LEADER] = leader;
// Those that waited, by the lookup that was sent for them.
const waiters = Map.groupBy(sorted.filter((n) => lookups[lookups[n][LEADER]]), (n) => lookups[n][LEADER]);

// choose({text, hows, bins, errors}): the lookups that match all, by start. The counts of a
// choice leave that choice out. An empty set chooses all.
function choose(wanted) {
	const pattern = matcher(wanted.text), match = data.hosts.map((host) => pattern.test(host));
	const chosen = { list: [], hows: kinds.map(() => 0), bins: [], errors: 0 };
	for (const n of sorted) {
		const how = lookups[n][HOW], bar = bin(lookups[n][US]), bad = failed(n);
		const byHow = !wanted.hows.size || wanted.hows.has(how), byBin = !wanted.bins.size || wanted.bins.has(bar);
		const byError = !wanted.errors || bad;
		if (!match[lookups[n][HOST]])
			continue;
		chosen.hows[how] += byBin && byError;
		chosen.errors += byHow && byBin && bad;
		if (byHow && byError)
			(chosen.bins[bar] ||= kinds.map(() => 0))[how]++;
		if (byHow && byBin && byError)
			chosen.list.push(n);
	}
	return chosen;
}

// byHost(list): a record for each host of these lookups.
function byHost(list) {
	return Array.from(Map.groupBy(list, (n) => lookups[n][HOST]), ([at, own]) => {
		const times = Float64Array.from(own, (n) => lookups[n][US]).sort(), hows = kinds.map(() => 0);
		const rank = (share) => times[Math.ceil(share * times.length) - 1];
		own.forEach((n) => { hows[lookups[n][HOW]]++; });
		return { host: data.hosts[at], lookups: own.length, time: times.reduce((a, b) => a + b), hows,
			errors: own.filter(failed).length, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), longest: rank(1) };
	});
}
