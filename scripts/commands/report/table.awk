# SPDX-License-Identifier: MIT
# What the table of hosts and the sentences above it say, for the forms that people read.

# Sets field[1] to field[fields], the columns of the table. Those that would be empty are left out.
function choose_fields(    word, n, i) {
	n = split("led waited asked passed numeric refused other", word, " ")
	fields = split("host time lookups", field, " ")
	for (i = 1; i <= n; i++)
		if (column_sum[word[i]] > 0)
			field[++fields] = word[i]
	if (codes_known > 0)
		field[++fields] = "errors"
	n = split("p50 p90 p99 longest", word, " ")
	for (i = 1; i <= n; i++)
		field[++fields] = word[i]
}

# Returns what the table has of a host in a column behind the first.
function cell(id, column) {
	if (column == "time")
		return duration(time[id])
	if (column == "lookups")
		return number(count[id])
	if (column == "longest")
		return duration(longest[id] + 0)
	if (column == "errors")
		return errors[id] > 0 ? number(errors[id]) : "-"
	if (column ~ /^p[0-9]/)
		return duration(percentile(id, substr(column, 2) / 100))
	return way_of[id, column] > 0 ? number(way_of[id, column]) : "-"
}

# How often libc was asked, and what was answered without.
function saving_text(    text, saved, i, n, word, what) {
	n = split("waited numeric held refused", word, " ")
	for (i = 1; i <= n; i++)
		if (sum_of[word[i]] > 0) {
			saved += sum_of[word[i]]
			what = word[i] == "waited" ? "by the answer of another caller" : word[i]
			text = text (text == "" ? "" : ", ") number(sum_of[word[i]]) " " what
		}
	if (saved > 0)
		text = "; " number(saved) (saved == 1 ? " was" : " were") " answered without: " text
	return "libc was asked " (sent == 1 ? "once" : number(sent) " times") text
}

function spent_text(    id, all) {
	for (id = 1; id <= hosts; id++)
		all += time[id]
	return duration(all) " in lookups, by all callers" (waited > 0 ? "; " duration(waited * 1000) " of it waiting for another caller's answer" : "")
}

# Returns how many of the slowest lookups are shown: ten, or fewer if fewer hosts are.
function slow_shown() {
	return top > 0 && top < slow ? top : slow
}
