# SPDX-License-Identifier: MIT
# The data of the page (page.html), as JSON: a row a lookup, tables of the texts in it, and links:
# which lookup waited for which. data.js names the members of a row.
# -v version=TEXT is that of the command.

# Returns the place of a text in one of the tables.
function place(table, text,    key) {
	key = table SUBSEP text
	if (!(key in places)) {
		places[key] = sizes[table]++
		texts[table, places[key]] = text
	}
	return places[key]
}

function process_place() {
	if (!(pid in process_of)) {
		process_of[pid] = sizes["process"]++
		process_pid[process_of[pid]] = pid
	}
	return process_of[pid]
}

# A number may be given out again: the row shows the first program.
function process(program, version, libc, options,    at) {
	at = process_place()
	if (!(at in process_text))
		process_text[at] = json(program) "," json(version) "," json(libc) "," json(options)
}

function lookup(    thread, key) {
	read_front()
	key = process_place() "," tid
	if (!(key in threads)) {
		threads[key] = sizes["thread"]++
		thread_text[threads[key]] = key
	}
	thread = threads[key]
	if (numbers == 0) {
		printf "{\"lookups\": ["
		zero = ended
	}
	printf "%s\n[%.0f,%.0f,%d,%d,%d,%d,%d,%d,%s,%s,%s]", (numbers > 0) ? "," : "", (ended - zero) * 1000000 - us, us, \
		thread, place("hosts", host), place("calls", call), place("hows", how), place("codes", shape_code[shape]), \
		place("answers", answers()), or_none(shape_asks[shape]), or_none(shape_shared[shape]), ms
	see(numbers++ "")
}

function or_none(value) {
	return value == "" ? -1 : value
}

function link(waiter, asker, began) {
	links[linked++] = waiter "," asker
}

function show_table(table,    i) {
	printf ",\n\"%s\": [", table
	for (i = 0; i < sizes[table]; i++)
		printf "%s%s", (i > 0) ? "," : "", json(texts[table, i])
	printf "]"
}

function finish(    i) {
	if (numbers == 0)
		printf "{\"lookups\": ["
	printf "\n],\n\"links\": ["
	for (i = 0; i < linked; i++)
		printf "%s[%s]", (i > 0) ? "," : "", links[i]
	printf "],\n\"version\": %s, \"t0\": %.6f, \"skipped\": %.0f,\n\"processes\": [", json(version), zero, skipped
	for (i = 0; i < sizes["process"]; i++)
		printf "%s[%s,%s]", (i > 0) ? "," : "", process_pid[i], ((i in process_text) ? process_text[i] : "\"\",\"\",\"\",\"\"")
	printf "],\n\"threads\": ["
	for (i = 0; i < sizes["thread"]; i++)
		printf "%s[%s]", (i > 0) ? "," : "", thread_text[i]
	printf "]"
	show_table("hosts")
	show_table("calls")
	show_table("hows")
	show_table("codes")
	show_table("answers")
	print "\n}"
}
