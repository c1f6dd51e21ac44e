# SPDX-License-Identifier: MIT
# The report as JSON, with OpenTelemetry's names: dns.question.name, dns.answers, error.type and
# the histogram dns.lookup.duration with its standard bounds, in seconds. All hosts are there.
# -v version=TEXT is that of the command.

BEGIN {
	bounds = split("0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10", bound, " ")
}

function lookup(    id, i) {
	id = count_lookup()
	for (i = 1; i <= bounds && us > bound[i] * 1000000; i++)
		;
	within[id, i]++
}

function finish(    id, i) {
	sum_up()
	printf "{\n  \"version\": %s,\n  \"lookups\": %.0f,\n  \"sent\": %.0f,\n  \"waited_seconds\": %.3f,\n", \
		json(version), lookups, sent, waited / 1000
	printf "  \"skipped_lines\": %.0f,\n  \"processes\": %.0f,\n", skipped, processes
	printf "  \"first\": %.6f,\n  \"last\": %.6f,\n  \"hosts\": [", first, last
	sort_hosts(sort)
	for (i = 1; i <= hosts; i++)
		show_host(order[i], (i > 1) ? "," : "")
	printf "\n  ],\n  \"slowest\": ["
	for (i = 1; i <= slow; i++)
		show_slow(i)
	printf "\n  ]\n}\n"
}

function show_host(id, comma,    i, text) {
	printf "%s\n    {\"dns.question.name\": %s, \"lookups\": %.0f,\n     \"how\": {", comma, json(name[id]), count[id]
	for (i = 1; i <= way_names; i++)
		if (ways[id, way_name[i]] > 0)
			text = text (text == "" ? "" : ", ") "\"" way_name[i] "\": " sprintf("%.0f", ways[id, way_name[i]])
	printf "%s}, \"error.type\": {", text
	text = ""
	for (i = 1; i <= codes_known; i++)
		if (error_codes[id, code_names[i]] > 0)
			text = text (text == "" ? "" : ", ") "\"" code_names[i] "\": " sprintf("%.0f", error_codes[id, code_names[i]])
	printf "%s},\n     \"dns.lookup.duration\": {\"unit\": \"s\", \"count\": %.0f, \"sum\": %.6f, \"max\": %.6f,\n", text, \
		count[id], time[id] / 1000000, longest[id] / 1000000
	text = bound[1]
	for (i = 2; i <= bounds; i++)
		text = text ", " bound[i]
	printf "      \"explicitBounds\": [%s],\n      \"bucketCounts\": [", text
	for (i = 1; i <= bounds + 1; i++)
		printf "%s%.0f", (i > 1) ? ", " : "", within[id, i]
	printf "],\n      \"p50\": %.6f, \"p90\": %.6f, \"p99\": %.6f}}", percentile(id, 0.5) / 1000000, \
		percentile(id, 0.9) / 1000000, percentile(id, 0.99) / 1000000
}

function show_slow(i,    part, address, n, j) {
	split(slow_who[i] " " slow_what[i], part, " ")
	printf "%s\n    {\"time\": %.6f, \"duration\": %.6f, \"dns.question.name\": %s, \"dns.answers\": [", (i > 1) ? "," : "", \
		slow_ended[i] - slow_us[i] / 1000000, slow_us[i] / 1000000, json(slow_host[i])
	n = split(slow_answers[i], address, ",")
	for (j = 1; j <= n; j++)
		printf "%s%s", (j > 1) ? ", " : "", json(address[j])
	printf "],%s\n     \"how\": \"%s\", \"call\": %s, \"process.pid\": %s, \"thread.id\": %s, \"process.executable.name\": %s}", \
		(part[5] == "0") ? "" : " \"error.type\": \"" part[5] "\",", part[3], json(part[4]), part[1], part[2], \
		json(program_of[part[1]])
}
