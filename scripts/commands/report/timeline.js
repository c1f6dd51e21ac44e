// SPDX-License-Identifier: MIT
// The timeline: which row a lookup is in, what of it is visible, and how that is drawn.

const AXIS = 26, HEADER = 24, CROWD = 60, MOST_LINES = 600, FONT = '12px system-ui, sans-serif';
const canvas = byId('canvas'), scroller = byId('scroll'), ink = canvas.getContext('2d');
const whole = { from: 0, to: 5 }, view = { from: 0, to: 5 }, mark = { hovered: -1, selected: -1 };
const rowOf = new Int32Array(lookups.length);
let rows = [], lane = 18, width = 0, height = 0, gutter = 0, drawing = 0;

// lanesOf(threads): threads that are not alive at once share a lane. They come by first start.
function lanesOf(threads) {
	const last = (thread) => end(thread.items.at(-1)), free = [], lanes = [];
	const endings = threads.slice().sort((a, b) => last(a) - last(b));
	let ended = 0;
	for (const thread of threads) {
		for (; last(endings[ended]) < lookups[thread.items[0]][START]; ended++)
			free.push(endings[ended].lane);
		thread.lane = free.pop();
		if (!thread.lane)
			lanes.push(thread.lane = { items: [], threads: 0, tid: thread.tid });
		thread.lane.threads++;
		thread.items.forEach((n) => thread.lane.items.push(n));
	}
	return lanes;
}

const processText = (at) => (visible(data.processes[at][1]).slice(0, 40) || 'process') + ' ' + data.processes[at][0];

// layOut(list): rows for these lookups: a process, then its threads, or lanes where they are many.
function layOut(list) {
	const threads = Map.groupBy(list, (n) => lookups[n][THREAD]);
	rows = [];
	for (const [process, members] of Map.groupBy(threads.keys(), (at) => data.threads[at][0])) {
		const own = members.map((at) => ({ tid: data.threads[at][1], items: threads.get(at), threads: 1 }));
		const count = own.reduce((sum, thread) => sum + thread.items.length, 0);
		const header = [processText(process), plural(own.length, 'thread'), plural(count, 'lookup'),
			...data.processes[process].slice(3).map(visible)].filter(Boolean).join(' · ');
		rows = rows.concat({ header, items: [] }, threads.size > CROWD ? lanesOf(own) : own);
	}
	lane = rows.length <= 2 * CROWD ? 18 : rows.length <= 400 ? 12 : 8;
	rowOf.fill(-1);
	let y = AXIS;
	rows.forEach((row, at) => {
		row.y = y;
		y += row.header ? HEADER : lane;
		row.items.forEach((n) => { rowOf[n] = at; });
	});
	byId('space').style.height = y + 4 + 'px';
	resize();
}

function resize() {
	const ratio = window.devicePixelRatio;
	canvas.style.height = 0; // else it may be what makes a scrollbar
	[width, height] = [scroller.clientWidth, scroller.clientHeight];
	gutter = width < 600 ? 58 : 92;
	Object.assign(canvas, { width: width * ratio, height: height * ratio });
	Object.assign(canvas.style, { width: width + 'px', height: height + 'px' });
	ink.setTransform(ratio, 0, 0, ratio, 0, 0);
	redraw();
}

const redraw = () => { drawing ||= requestAnimationFrame(draw); };
const scale = () => (width - gutter - 8) / (view.to - view.from);
const xOf = (us) => gutter + (us - view.from) * scale();
const rightOf = (n) => Math.max(xOf(end(n)), xOf(lookups[n][START]) + 2);
const timeOf = (x) => view.from + (x - gutter) / scale();
const yOf = (row) => row.y - scroller.scrollTop;
const visibleRows = () => rows.filter((row) => yOf(row) > AXIS - HEADER && yOf(row) < height);

// itemsOf(row, from, to): its lookups in that time. They do not overlap: their ends are in order.
function* itemsOf(row, from, to) {
	let low = 0, high = row.items.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (end(row.items[middle]) < from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < row.items.length && lookups[row.items[low]][START] <= to; low++)
		yield row.items[low];
}

// lookupAt(x, y, reach): the lookup there, or the nearest one that is so near; else -1.
function lookupAt(x, y, reach) {
	const row = visibleRows().findLast((each) => yOf(each) <= y), far = (n) => Math.max(xOf(lookups[n][START]) - x, x - rightOf(n), 0);
	let best = -1;
	if (row && x >= gutter - reach && y >= AXIS)
		for (const n of itemsOf(row, timeOf(x - reach), timeOf(x + reach)))
			best = best < 0 || far(n) < far(best) ? n : best;
	return best;
}

// stepOf(span, count): 1, 2 or 5 of a power of ten, so that there are at most that many.
function stepOf(span, count) {
	const power = 10 ** Math.floor(Math.log10(span / count));
	return [1, 2, 5, 10].map((n) => n * power).find((step) => span / step <= count);
}

// colour(name): as page.css has it, for light or for dark.
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue('--' + name).trim();

function draw() {
	const batches = kinds.map(() => []), lines = [], shown = visibleRows();
	drawing = 0;
	Object.assign(ink, { font: FONT, textBaseline: 'middle', fillStyle: colour('panel') });
	ink.fillRect(0, 0, width, height);
	drawAxis(AXIS, height);
	for (const row of shown)
		slicesOf(row, batches, lines);
	if (lines.length <= MOST_LINES)
		drawLines(lines, colour('string'), 1);
	batches.forEach(drawSlices);
	drawMarks();
	box(0, AXIS, gutter - 2, height, colour('panel'));
	for (const row of shown.filter((each) => !each.header && lane > 10))
		write(row.threads > 1 ? plural(row.threads, 'thread') : row.tid, 8, yOf(row) + lane / 2 - 1, colour('soft'));
	ink.font = 'bold ' + FONT;
	for (const row of shown.filter((each) => each.header)) {
		box(0, yOf(row), width, HEADER - 3, colour('band'));
		write(row.header, 8, yOf(row) + HEADER / 2 - 1, colour('text'), 1e5);
	}
	box(0, 0, width, AXIS, colour('panel'));
	ink.font = FONT;
	drawAxis(AXIS - 5, AXIS);
	if (!batches.some((batch) => batch.length))
		write('No lookup in this part.', gutter + 12, AXIS + 40, colour('soft'));
}

const box = (x, y, wide, tall, fillStyle) => Object.assign(ink, { fillStyle }).fillRect(x, y, wide, tall);
const write = (text, x, y, fillStyle, most = width) => Object.assign(ink, { fillStyle }).fillText(text, x, y, most);

// drawAxis(top, bottom): a line for each step of the time, and its name above.
function drawAxis(top, bottom) {
	const span = view.to - view.from, room = ink.measureText(point(view.to, span / 10)).width + 24;
	const step = Math.max(1, stepOf(span, Math.max(1, (width - gutter) / room)));
	for (let at = Math.ceil(view.from / step); at * step <= view.to; at++) {
		const text = point(at * step, step), x = Math.round(xOf(at * step)), wide = ink.measureText(text).width;
		box(x, top, 1, bottom - top, colour('line'));
		write(text, Math.min(x - wide / 2, width - wide - 2), AXIS / 2 - 2, colour('soft'));
	}
}

// slicesOf(row, batches, lines): what to draw of a row. On a pixel the lookup of first rank is seen.
function slicesOf(row, batches, lines) {
	let right = -1, rank = 0;
	for (const n of itemsOf(row, view.from, view.to)) {
		const how = lookups[n][HOW], x = Math.max(xOf(lookups[n][START]), gutter), hidden = rightOf(n) < right + 1;
		if (rowOf[lookups[n][LEADER]] >= 0 && lines.length <= MOST_LINES)
			lines.push(n);
		if (hidden && ranks[how] >= rank)
			continue;
		rank = ranks[how];
		right = Math.min(rightOf(n), width);
		batches[how].push([x, yOf(row), right - x, lane - (lane > 10 ? 3 : 1), n]);
	}
}

// drawSlices(batch, how): [x, y, width, height, lookup] each. An error has a bar below.
function drawSlices(batch, how) {
	const bad = colour('bad'), label = colour('ink-' + kinds[how]) || 'black';
	ink.fillStyle = colour('how-' + kinds[how]);
	ink.beginPath();
	for (const [x, y, wide, tall] of batch)
		ink.roundRect(x, y, wide, tall, wide > 6 && tall > 8 ? 3 : 0);
	ink.fill();
	for (const [x, y, wide, tall, n] of batch) {
		if (failed(n))
			box(x, y + tall - Math.max(2, tall / 5), wide, Math.max(2, tall / 5), bad);
		if (tall > 12 && wide > 40)
			write(data.hosts[lookups[n][HOST]].slice(0, wide / 7), x + 5, y + tall / 2, label, wide - 8);
	}
}

// drawLines(list, ...): from each lookup that was sent to those in the list that waited for it.
function drawLines(list, strokeStyle, lineWidth) {
	Object.assign(ink, { strokeStyle, lineWidth });
	ink.beginPath();
	for (const n of list) {
		const leader = lookups[n][LEADER], above = rows[rowOf[leader]], below = rows[rowOf[n]];
		if (!above || !below)
			continue;
		const to = xOf(lookups[n][START]), y = yOf(below) + lane / 2 - 1;
		const from = Math.min(Math.max(to - 14, xOf(lookups[leader][START])), xOf(end(leader)));
		ink.moveTo(from, yOf(above) + (above.y < below.y ? lane - 3 : 0));
		ink.bezierCurveTo(from, y, from, y, to, y);
	}
	ink.stroke();
}

// drawMarks(): the selected lookup and the one under the pointer, and all that hang from them.
function drawMarks() {
	for (const n of [mark.selected, mark.hovered].filter((each) => rowOf[each] >= 0)) {
		drawLines([n, ...(waiters.get(n) || [])], colour('accent'), 2);
		ink.strokeStyle = colour('text');
		const x = Math.max(xOf(lookups[n][START]), gutter - 4), right = Math.min(rightOf(n), width + 4);
		if (right > gutter)
			ink.strokeRect(x - 1, yOf(rows[rowOf[n]]) - 1, right - x + 2, lane);
	}
}
