// SPDX-License-Identifier: MIT
// What stands around the timeline: the figures, the legend, the histogram, the table, and the
// text on one lookup. Texts of the log go in by textContent alone.

const FEW = 15, MANY = 1000;
const sorting = { by: 'time', down: true };
let limit = FEW, hostRows = [];

// make(name, text, members, children): a new element.
function make(name, text, members, ...children) {
	const element = Object.assign(document.createElement(name), members);
	element.textContent = text;
	element.append(...children);
	return element;
}

const button = (text, onclick, ariaPressed = null, ...children) =>
	make('button', text, { type: 'button', onclick, ariaPressed }, ...children);

// put(id, elements): in place of what is there. The focus stays at its place.
function put(id, elements) {
	const parent = byId(id), place = [...parent.querySelectorAll('button')].indexOf(document.activeElement);
	parent.replaceChildren(...elements);
	parent.querySelectorAll('button')[place]?.focus({ preventScroll: true });
}

function showSummary(list) {
	const sent = { true: 0, false: 0 };
	let waited = 0, longest = 0;
	for (const n of list) {
		sent[KINDS[kinds[lookups[n][HOW]]][0]]++;
		waited += Math.max(0, lookups[n][WAITED]);
		longest = Math.max(longest, lookups[n][US]);
	}
	const figures = { lookups: number(list.length), 'sent to libc': number(sent.true),
		'libc not asked': number(sent.false), errors: number(list.filter(failed).length),
		'waited for others': duration(waited * 1000), 'longest lookup': duration(longest) };
	put('summary', Object.entries(figures).map(([name, figure]) =>
		make('div', '', {}, make('dt', name), make('dd', figure))));
}

// swatch(name, share): a piece of that colour, which takes its share of the room.
function swatch(name, share) {
	const piece = make('span', '', { className: 'swatch' });
	Object.assign(piece.style, { background: 'var(--' + name + ')', flexGrow: share });
	return piece;
}

function showLegend(chosen) {
	const item = (name, shade, count, title, pressed, act) => Object.assign(button('', act, pressed,
		swatch(shade, 0), make('span', name), make('b', number(count))), { title });
	put('legend', [...legend.map((how) => item(data.hows[how], 'how-' + kinds[how], chosen.hows[how],
		KINDS[kinds[how]][1], wanted.hows.has(how), () => toggle(wanted.hows, how))),
	item('error', 'bad', chosen.errors, 'a red edge: there was no answer', wanted.errors,
		() => refresh(wanted.errors = !wanted.errors))]);
}

// showBins(bins): a bar for each length of time, in parts by how.
function showBins(bins) {
	const all = Array.from(bins, (counts) => (counts || []).reduce((a, b) => a + b, 0)), most = Math.max(...all);
	put('bins', [...all.keys()].slice(Math.max(0, all.findIndex(Boolean))).map((n) => {
		const stack = make('span', '', { className: 'stack' }, ...legend.map((how) =>
			swatch('how-' + kinds[how], all[n] ? bins[n][how] : 0)));
		stack.style.height = all[n] ? 'max(4px, ' + 78 * all[n] / most + '%)' : '0';
		const count = all[n] < 1000 ? all[n] || '' : +(all[n] / 1000).toPrecision(2) + 'k';
		const bar = button('', () => toggle(wanted.bins, n), wanted.bins.has(n), make('span', count), stack,
			make('span', n % 3 ? '' : duration(EDGES[n]), { className: 'edge' }));
		bar.title = bar.ariaLabel = (n ? duration(EDGES[n]) : '0') + ' to ' + duration(EDGES[n + 1]) + ': ' + plural(all[n], 'lookup');
		return bar;
	}));
}

// columns(): [key, title, figure of a host, how it is written]. A kind has one if it occurs.
function columns() {
	const plain = (n) => n ? number(n) : '', member = (key, title, write) => [key, title, (host) => host[key], write];
	return [member('host', 'Host'), member('lookups', 'Lookups', plain), member('time', 'Time', duration),
		...legend.map((how) => ['how ' + how, data.hows[how], (host) => host.hows[how], plain]), member('errors', 'Errors', plain),
		...['p50', 'p90', 'p99'].map((key) => member(key, key, duration)), member('longest', 'Longest', duration)];
}

function showTable() {
	const shape = columns(), figure = shape.find(([key]) => key === sorting.by)[2], sign = sorting.down ? -1 : 1;
	const most = hostRows.reduce((time, host) => Math.max(time, host.time), 1), rest = hostRows.length - limit;
	hostRows.sort((a, b) => sign * ((figure(a) > figure(b)) - (figure(a) < figure(b))) || b.time - a.time);
	put('heads', shape.map(([key, title]) => {
		const mine = sorting.by === key, down = mine ? !sorting.down : key !== 'host';
		const act = () => showTable(Object.assign(sorting, { by: key, down }));
		return make('th', '', { scope: 'col', ariaSort: !mine ? 'none' : sorting.down ? 'descending' : 'ascending' },
			button(title + (!mine ? '' : sorting.down ? ' ▾' : ' ▴'), act));
	}));
	put('rows', hostRows.slice(0, limit).map((host) => make('tr', '', {}, ...shape.map(([key, , value, write]) => {
		if (!write)
			return make('th', '', { scope: 'row', title: host.host }, button(host.host, () => setFilter(host.host)));
		const cell = make('td', write(value(host)));
		cell.style.setProperty('--share', key === 'time' ? 100 * host.time / most + '%' : '0%');
		return cell;
	}))));
	byId('more').hidden = rest <= 0;
	byId('more').textContent = 'Show ' + (rest > MANY ? number(MANY) + ' more of ' : 'all ') + plural(hostRows.length, 'host');
}

// about(n): the host of a lookup, and what there is to say of it, in a line each.
function about(n) {
	const lookup = lookups[n], [process, tid] = data.threads[lookup[THREAD]], leader = lookups[lookup[LEADER]];
	const answers = data.answers[lookup[ANSWERS]].replaceAll(',', ', ');
	return [make('strong', data.hosts[lookup[HOST]]), ...[
		data.calls[lookup[CALL]] + ' took ' + duration(lookup[US]) + ', ' + (failed(n) ? data.codes[lookup[CODE]] : 'no error'),
		data.hows[lookup[HOW]] + ': ' + KINDS[kinds[lookup[HOW]]][1],
		lookup[WAITED] > 0 && 'waited ' + duration(lookup[WAITED] * 1000) + ' for others',
		leader && 'the answer came from thread ' + data.threads[leader[THREAD]][1],
		lookup[SHARED] > 0 && 'shared with ' + plural(lookup[SHARED], 'other caller'),
		lookup[ASKS] > 1 && 'libc was asked ' + lookup[ASKS] + ' times',
		answers.length > 120 ? answers.slice(0, 120) + '…' : answers,
		processText(process) + ', thread ' + tid, 'at ' + point(lookup[START], 1) + ', ' + date(lookup[START]),
	].filter(Boolean).map((line) => make('span', line))];
}

// showTip(n, event): beside the pointer, inside the window. -1 takes it away.
function showTip(n, event) {
	const tip = byId('tip');
	tip.hidden = n < 0;
	if (n < 0)
		return;
	tip.replaceChildren(...about(n));
	const { width: wide, height: tall } = tip.getBoundingClientRect(), { clientX: x, clientY: y } = event;
	tip.style.left = Math.max(8, Math.min(x + 14, document.documentElement.clientWidth - wide - 8)) + 'px';
	tip.style.top = Math.max(8, y + 18 + tall > window.innerHeight ? y - tall - 14 : y + 18) + 'px';
}
