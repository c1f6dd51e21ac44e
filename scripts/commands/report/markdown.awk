# SPDX-License-Identifier: MIT
# The report in GitHub's Markdown, as for the summary of a job. -v top=N and sort=WORD.

function lookup() {
	count_lookup()
}

BEGIN {
	for (i = 32; i < 127; i++)
		ordinal[sprintf("%c", i)] = i
}

# Returns a text as code: whatever is in it, it is no Markdown, no HTML, no link and no mention.
function quoted(text,    result, i, c) {
	text = clean(text)
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		result = result (c ~ /[A-Za-z0-9\200-\377-]/ ? c : "&#" ordinal[c] ";")
	}
	return "<code>" result "</code>"
}

function finish() {
	sum_up()
	print "### Host lookups\n"
	if (lookups == 0) {
		print "no lookups"
	} else {
		printf "%s of %s in %s, %s to %s.\n", plural(lookups, "lookup"), plural(hosts, "host"), \
			plural(processes, "process"), clock(first), clock(last)
		print saving_text() "."
		print spent_text() "."
		show_hosts()
		show_errors()
		show_slow()
	}
	if (skipped > 0)
		printf "\n%s skipped: not a whole line of a log.\n", plural(skipped, "line")
}

function show_hosts(    shown, i, j, line) {
	choose_fields()
	sort_hosts(sort)
	shown = top == 0 || top > hosts ? hosts : top
	line = "\n|"
	for (i = 1; i <= fields; i++)
		line = line " " field[i] " |"
	line = line "\n|---|"
	for (i = 2; i <= fields; i++)
		line = line "--:|"
	print line
	for (j = 1; j <= shown; j++) {
		line = "| " quoted(name[order[j]]) " |"
		for (i = 2; i <= fields; i++)
			line = line " " cell(order[j], field[i]) " |"
		print line
	}
	if (shown < hosts)
		printf "\nand %s more\n", plural(hosts - shown, "host")
}

function show_errors(    i) {
	for (i = 1; i <= codes_known; i++)
		printf "%s %s %s", (i == 1) ? "\nErrors:" : ",", code_names[i], number(codes[code_names[i]])
	if (codes_known > 0)
		print ""
}

function show_slow(    i, part) {
	print "\n<details><summary>The slowest lookups</summary>\n"
	print "| began | took | host | how | program | process/thread | call | code |\n|---|--:|---|---|---|---|---|---|"
	for (i = 1; i <= slow_shown(); i++) {
		split(slow_who[i] " " slow_what[i], part, " ")
		printf "| %s | %s | %s | %s | %s | %s/%s | %s | %s |\n", clock(slow_ended[i] - slow_us[i] / 1000000), \
			duration(slow_us[i]), quoted(slow_host[i]), part[3], program_of[part[1]] == "" ? "" : \
			quoted(program_of[part[1]]), part[1], part[2], part[4], part[5]
	}
	print "\n</details>"
}
