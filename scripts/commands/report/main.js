// SPDX-License-Identifier: MIT
// What the reader does, and what the page shows then.

const wanted = { text: '', hows: new Set(), bins: new Set(), errors: false }, pointers = new Map();
const hint = byId('details').textContent;
let shown = [], moved = 0;

function refresh() {
	const chosen = choose(wanted), part = chosen.list.length < lookups.length;
	shown = chosen.list;
	hostRows = byHost(shown);
	showSummary(shown);
	showLegend(chosen);
	showBins(chosen.bins);
	showTable();
	byId('matching').textContent = !part ? '' :
		plural(shown.length, 'lookup') + ' of ' + number(lookups.length) + ', ' + plural(hostRows.length, 'host');
	byId('clear').disabled = !part && !wanted.text;
	select(rowOf[mark.selected] >= 0 && shown.includes(mark.selected) ? mark.selected : -1);
	layOut(shown);
}

function toggle(set, member) {
	if (!set.delete(member))
		set.add(member);
	refresh();
}

function setFilter(text) {
	byId('filter').value = wanted.text = text;
	limit = FEW;
	refresh();
}

// look(from, to): the part of the time that the timeline shows, kept within the whole.
function look(from, to) {
	const span = Math.min(Math.max(to - from, 5), whole.to - whole.from), step = stepOf(span, 1000);
	view.from = Math.min(Math.max((from + to - span) / 2, whole.from), whole.to - span);
	view.to = view.from + span;
	byId('range').textContent = point(view.from, step) + ' to ' + point(view.to, step);
	redraw();
}

// zoom(factor, us): that time stays where it is.
const zoom = (factor, us = (view.from + view.to) / 2) => look(us - (us - view.from) * factor, us + (view.to - us) * factor);
const around = (from, to, room) => [from - room * (to - from), to + room * (to - from)];
const pan = (us) => look(view.from + us, view.to + us);
const lookAtAll = () => look(whole.from, whole.to);

function select(n) {
	mark.selected = n;
	byId('details').replaceChildren(...(n < 0 ? [hint] : about(n)));
	redraw();
}

// reveal(n): select it, and bring it into view.
function reveal(n) {
	if (!(rowOf[n] >= 0))
		return;
	select(n);
	const from = lookups[n][START], span = view.to - view.from, row = rows[rowOf[n]];
	if (from < view.from || from > view.to)
		look(from - span / 10, from + span * 0.9);
	if (yOf(row) < AXIS || yOf(row) + lane > height)
		scroller.scrollTop = row.y - height / 2;
}

// step(way): the lookup after or before the selected one; the first or last in view if there is
// none.
function step(way) {
	const inside = shown.filter((n) => end(n) >= view.from && lookups[n][START] <= view.to);
	reveal(mark.selected < 0 ? inside.at(way > 0 ? 0 : -1) : shown[shown.indexOf(mark.selected) + way]);
}

const keys = {
	'+': () => zoom(1 / 1.5), '=': () => zoom(1 / 1.5), '-': () => zoom(1.5), 0: lookAtAll, Home: lookAtAll,
	ArrowLeft: () => pan((view.from - view.to) / 8), ArrowRight: () => pan((view.to - view.from) / 8),
	ArrowUp: () => scroller.scrollBy(0, -4 * lane), ArrowDown: () => scroller.scrollBy(0, 4 * lane),
	n: () => step(1), p: () => step(-1), l: () => reveal(lookups[mark.selected]?.[LEADER]),
	Enter: () => mark.selected >= 0 && look(...around(lookups[mark.selected][START], end(mark.selected), 0.3)),
	Escape: () => hover(-1, select(-1)),
};

function hover(n, event) {
	mark.hovered = n;
	showTip(n, event);
	redraw();
}

const xIn = (event) => event.clientX - canvas.getBoundingClientRect().left;
const under = (event) => lookupAt(xIn(event), event.clientY - canvas.getBoundingClientRect().top,
	event.pointerType === 'touch' ? 16 : 4);
const fingers = () => Array.from(pointers.values(), xIn);

const gestures = {
	pointerdown(event) {
		moved = pointers.size ? 99 : 0;
		pointers.set(event.pointerId, event);
		canvas.setPointerCapture(event.pointerId);
	},
	pointermove(event) {
		const last = pointers.get(event.pointerId), [a, b] = fingers();
		if (!last)
			return hover(under(event), event);
		pointers.set(event.pointerId, event);
		const [c, d] = fingers();
		moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
		if (pointers.size === 2) {
			zoom(Math.max(20, Math.abs(a - b)) / Math.max(20, Math.abs(c - d)), timeOf((c + d) / 2));
		} else if (moved > 4) {
			hover(-1);
			pan((last.clientX - event.clientX) / scale());
			scroller.scrollBy(0, event.pointerType === 'mouse' ? last.clientY - event.clientY : 0);
		}
	},
	pointerup(event) {
		if (pointers.delete(event.pointerId) && moved <= 4)
			hover(under(event), event, select(under(event)));
	},
	pointercancel: (event) => pointers.delete(event.pointerId),
	pointerleave: () => hover(-1),
	dblclick: lookAtAll,
	wheel(event) {
		if (event.ctrlKey || event.metaKey)
			zoom(1.002 ** Math.max(-300, Math.min(300, event.deltaY)), timeOf(xIn(event)));
		else if (event.deltaX || event.shiftKey)
			pan((event.deltaX || event.deltaY) / scale());
		else
			return;
		event.preventDefault();
	},
	keydown(event) {
		if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		keys[event.key]();
	},
};

function start() {
	const clicks = { in: keys['+'], out: keys['-'], whole: lookAtAll, more: () => showTable(limit += MANY),
		clear: () => setFilter('', wanted.hows.clear(), wanted.bins.clear(), wanted.errors = false) };
	for (const [id, act] of Object.entries(clicks))
		byId(id).onclick = act;
	for (const [name, act] of Object.entries(gestures))
		canvas.addEventListener(name, act, { passive: false });
	byId('filter').oninput = (event) => setFilter(event.target.value);
	scroller.addEventListener('scroll', redraw);
	window.addEventListener('resize', resize);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
	const names = [...data.processes.keys()].slice(0, 4).map(processText), more = data.processes.length - names.length;
	byId('source').textContent = [date(0), names.join(', ') + (more ? ' and ' + number(more) + ' more' : ''),
		'gaishim ' + visible(data.version)].filter(Boolean).join(' · ');
	if (!lookups.length)
		problem('There is no lookup in this log.');
	const first = lookups[sorted[0]]?.[START] || 0, last = sorted.reduce((most, n) => Math.max(most, end(n)), first + 5);
	[whole.from, whole.to] = around(first, last, 0.01);
	lookAtAll();
	refresh();
}

start();
