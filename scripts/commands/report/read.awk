# SPDX-License-Identifier: MIT
# Reads a log (docs/log.md) line by line. For each lookup it sets
#
#   ended us ms host how    ended is in seconds since 1970; us has digits alone
#   shape                   what shape_code[shape] and others are about, see learn()
#
# and calls lookup(), which may call read_front() and answers(). For the line of a process it calls
# process(program, version, libc, options).
# A form of the report defines both, and finish(). Lines that are neither are counted in
# `skipped`. -v since=SECONDS and GLOB in the environment leave lookups out.
#
# The object writes no quote inside of quotes. So split at quotes a line is text and values by
# turns, and the text is alike in most lines: what it says is learned once for each text.

BEGIN {
	FS = "\""
	shapes = 0
	skipped = 0
	pattern = glob_to_regex(tolower(ENVIRON["GLOB"]))
	filters = since > 0 || pattern != ""
}

{
	words = split($1, word, " ")
	if (word[5] == "host=" || words == 6 && word[5] == "host=NULL")
		read_lookup()
	else if (word[4] == "program=" && NF > 6)
		read_process()
	else if (word[4] != "gaishim=")
		skipped++
}

END {
	finish()
}

# Sets pid, tid and call, for forms that want them: it takes time.
function read_front() {
	pid = digits(substr(word[2], 5)) + 0
	tid = digits(substr(word[3], 5)) + 0
	call = substr(word[4], 6, 40)
	gsub(/[^A-Za-z0-9_]/, "?", call)
}

# Returns the digits in front of a text. For +0 alone "inf" and "0x10" are numbers, to some awks, and
# print as no JSON. More digits than a double holds are none: no log has them.
function digits(text) {
	if (text ~ /[^0-9]/)
		sub(/[^0-9].*/, "", text)
	return length(text) > 15 ? "" : text
}

function read_lookup(    i, text, at, at_ms) {
	at = index($NF, " us=")
	text = substr($NF, 1, at - 1)
	if (NF == 7 && words == 5) { # by far the most lines
		text = $3 $5 text
	} else {
		for (i = NF - 2; i >= 3; i -= 2)
			text = $i text
		if (words > 5)
			text = " " word[6] text # behind host=NULL
	}
	ms = 0
	at_ms = index(text, " ms=")
	if (at_ms > 0) {
		ms = digits(substr(text, at_ms + 4))
		text = substr(text, 1, at_ms) substr(text, at_ms + 4 + length(ms)) # or there were too many shapes
		ms += 0
	}
	if (!(text in shape_of))
		learn(text)
	shape = shape_of[text]
	how = shape_how[shape]
	ended = substr(word[1], 4) + 0
	us = substr($NF, at + 4)
	if (us ~ /[^0-9]/ || length(us) > 15)
		us = digits(us) # a later version may have more fields
	if (how == "" || us == "" || word[1] ~ /[^ts=0-9.]/ || ended <= 0 || NF % 2 == 0) {
		skipped++
		return
	}
	host = words == 5 ? $2 : "(none)"
	if (filters && (ended < since || !is_wanted(host)))
		return
	lookup()
}

# Returns what the lookup brought, or "".
function answers() {
	return shape_answers[shape] ? $(shape_answers[shape]) : ""
}

# Learn what the text between the values says: a shape. Its `how` is "" if the line is not whole;
# asks and shared are "" if they are absent; `question` is what was asked besides the host.
function learn(text,    fields, field, i, at, key, value) {
	if (++shapes > 2000)
		forget()
	shape_of[text] = shapes "" # busybox would make a string of the number each time
	shape_how[shapes] = shape_code[shapes] = shape_asks[shapes] = shape_shared[shapes] = ""
	shape_question[shapes] = substr(text, 1, index(text, " how="))
	fields = split(text, field, " ")
	for (i = 1; i <= fields; i++) {
		at = index(field[i], "=")
		key = substr(field[i], 1, at - 1)
		value = substr(field[i], at + 1)
		if (key == "how" && value !~ /[^a-z]/ && length(value) < 40)
			shape_how[shapes] = value
		else if (key == "code" && value !~ /[^A-Z_0-9-]/ && length(value) < 40)
			shape_code[shapes] = value
		else if (key == "asks")
			shape_asks[shapes] = digits(value) + 0
		else if (key == "shared")
			shape_shared[shapes] = digits(value) + 0
	}
	if (shape_code[shapes] == "" || text ~ /ts=|us=| how=.* how=/) # two lines in one
		shape_how[shapes] = ""
	shape_answers[shapes] = 0
	for (i = 3; i < NF; i += 2)
		if ($i ~ / answers=$/)
			shape_answers[shapes] = i + 1
}

# So that the memory does not grow with the log. Shapes are numbered anew.
function forget() {
	shapes = 1
	split("", shape_of)
}

# ts= pid= tid= program="..." version=0.1.0 libc="..." options="..."
function read_process(    version, part) {
	split($3, part, " ")
	version = part[1]
	read_front()
	if (substr(version, 1, 8) != "version=" || part[2] != "libc=" || $5 != " options=")
		skipped++
	else
		process($2, substr(version, 9), $4, $6)
}

function is_wanted(host) {
	if (!(host in wanted))
		wanted[host] = tolower(host) ~ pattern
	return wanted[host]
}

# Returns an extended regular expression for a glob of * and ?; "" for an empty one.
function glob_to_regex(glob,    regex, i, c) {
	if (glob == "")
		return ""
	for (i = 1; i <= length(glob); i++) {
		c = substr(glob, i, 1)
		if (c == "*")
			regex = regex ".*"
		else if (c == "?")
			regex = regex "."
		else if (c ~ /[A-Za-z0-9_\200-\377-]/)
			regex = regex c
		else if (c == "\\" || c == "^")
			regex = regex "\\" c
		else
			regex = regex "[" c "]"
	}
	return "^" regex "$"
}
