# SPDX-License-Identifier: MIT
# The report for a terminal. -v columns=N is its width, 0 if that is unknown; colour=1 if it
# has colours; top=N and sort=WORD.

function lookup() {
	count_lookup()
}

function finish() {
	sum_up()
	say_totals()
	if (lookups > 0) {
		show_hosts()
		show_slow()
	}
	if (skipped > 0)
		printf "\n%s skipped: not a whole line of a log\n", plural(skipped, "line")
}

function bold(text) {
	return colour ? "\033[1m" text "\033[0m" : text
}

function red(text) {
	return colour ? "\033[31m" text "\033[0m" : text
}

# Returns a sentence, in several lines if the terminal is narrow.
function wrap(text,    word, n, i, line, lines) {
	n = split(text, word, " ")
	line = word[1]
	for (i = 2; i <= n; i++)
		if (columns > 0 && length(line) + 1 + length(word[i]) > columns) {
			lines = lines line "\n"
			line = "  " word[i]
		} else {
			line = line " " word[i]
		}
	return lines line
}

# Prints the totals as sentences.
function say_totals(    i, text) {
	if (lookups == 0) {
		print "no lookups"
		return
	}
	print bold(wrap(plural(lookups, "lookup") " of " plural(hosts, "host") " in " plural(processes, "process") ", " \
		clock(first) " to " clock(last)))
	print wrap(saving_text())
	print wrap(spent_text())
	for (i = 1; i <= codes_known; i++)
		text = text (i == 1 ? "" : ", ") code_names[i] " " number(codes[code_names[i]])
	if (text != "")
		print red(wrap("errors: " text))
}

# Sets cells[row, column], of which row 0 is the head, and fits[column], the width of each column.
# Returns the width of all but the host's.
function fill(shown,    i, j, column, all) {
	for (j = 0; j <= shown; j++) # row by row: percentile() sorts the times of a host once
		for (i = 1; i <= fields; i++) {
			column = field[i]
			cells[j, column] = j == 0 ? column : i == 1 ? clean(name[order[j]]) : cell(order[j], column)
			if (width(cells[j, column]) > fits[column])
				fits[column] = width(cells[j, column])
		}
	for (i = 2; i <= fields; i++)
		all += fits[field[i]] + 2
	return all
}

# Leave columns out, those that say least first, until the others fit.
function leave_out(all, room,    word, n, i, j, kept) {
	n = split("p90 p50 other refused asked passed numeric waited led errors p99 lookups", word, " ")
	for (i = 1; i <= n && all > room; i++) {
		kept = 1
		for (j = 2; j <= fields; j++)
			if (field[j] == word[i])
				all -= fits[word[i]] + 2
			else
				field[++kept] = field[j]
		fields = kept
	}
}

function show_hosts(    shown, i, j, all, widest, is_split, line) {
	choose_fields()
	sort_hosts(sort)
	shown = top == 0 || top > hosts ? hosts : top
	all = fill(shown)
	widest = fits["host"]
	if (columns > 0 && all + widest > columns)
		widest = columns - all
	is_split = columns > 0 && widest < 12 && all + 12 > columns # the host has a line of its own
	if (is_split)
		leave_out(all, columns - 2)
	for (j = 0; j <= shown; j++) {
		line = is_split ? fit(cells[j, "host"], columns - 1) "\n" : fit(cells[j, "host"], widest)
		sub(/ +\n$/, "\n", line)
		for (i = 2; i <= fields; i++)
			line = line sprintf("  %" fits[field[i]] "s", cells[j, field[i]])
		if (j == 0)
			printf "\n%s\n", bold(line)
		else
			print line
	}
	if (shown < hosts)
		printf "and %s more: --top=0 shows all\n", plural(hosts - shown, "host")
}

function show_slow(    i, part, who, line) {
	printf "\n%s\n", bold(slow_shown() == 1 ? "The slowest lookup" : "The " slow_shown() " slowest lookups")
	for (i = 1; i <= slow_shown(); i++) {
		split(slow_who[i] " " slow_what[i], part, " ")
		who = clean(program_of[part[1]]) " " part[1] (part[2] == part[1] ? "" : "/" part[2])
		sub(/^ /, "", who)
		line = sprintf("%s  %7s  %s  %s by %s (%s)", clock(slow_ended[i] - slow_us[i] / 1000000), duration(slow_us[i]),
			clean(slow_host[i]), part[3], who, part[4])
		if (part[5] != "0")
			line = line ": " part[5]
		print (columns > 0 && width(line) > columns ? fit(line, columns - 1) : line)
	}
}
