# SPDX-License-Identifier: MIT
# Counts lookups by host, for forms of the report that show tables: their lookup() calls
# count_lookup(). The memory grows with hosts, and not with lines: of durations the first two
# digits are counted, which is enough for percentiles.

BEGIN {
	first = 999999999999
	slow = 0 # how many of the slowest are known, at most ten
}

function process(program, version, libc, options) {
	program_of[pid] = program
}

# Count this lookup. Returns its host's number.
function count_lookup(    id, bucket) {
	if (host in host_ids) {
		id = host_ids[host]
	} else {
		id = host_ids[host] = ++hosts "" # busybox would make a string of the number each time
		name[id] = host
	}
	bucket = substr("abcdefghijklmnop", length(us), 1) substr(us, 1, 2)
	us += 0
	time[id] += us
	if (us > longest[id])
		longest[id] = us
	if (++ways[id, how] == 1 && !(how in ways_known)) {
		ways_known[how]
		way_name[++way_names] = how
	}
	if (++durations[id, bucket] == 1)
		buckets[id] = buckets[id] " " bucket
	code = shape_code[shape]
	if (code != "0")
		count_error(id)
	if (ms)
		waited += ms
	if (shape_asks[shape] > 1 && how ~ /^(led|hedged|passed)$/)
		sent += shape_asks[shape] - 1
	if (us > slow_least || slow < 10)
		keep_slow()
	if (word[2] != last_pid) {
		last_pid = word[2] # "pid=10"
		processes += !(last_pid in pids)
		pids[last_pid]
	}
	if (ended > last)
		last = ended
	began = ended - us / 1000000
	if (began < first)
		first = began
	return id
}

function count_error(id) {
	errors[id]++
	error_codes[id, code]++
	if (++codes[code] == 1)
		code_names[++codes_known] = code
}

# Put this lookup among the slowest, which are in order.
function keep_slow(    at) {
	read_front()
	if (slow < 10)
		slow++
	for (at = slow; at > 1 && us > slow_us[at - 1]; at--) {
		slow_us[at] = slow_us[at - 1]
		slow_ended[at] = slow_ended[at - 1]
		slow_who[at] = slow_who[at - 1]
		slow_what[at] = slow_what[at - 1]
		slow_host[at] = slow_host[at - 1]
		slow_answers[at] = slow_answers[at - 1]
	}
	slow_us[at] = us
	slow_least = slow_us[slow]
	slow_ended[at] = ended
	slow_who[at] = pid " " tid
	slow_what[at] = how " " call " " code
	slow_host[at] = host
	slow_answers[at] = answers()
}

# Sets lookups, count[id], sent (how often libc was asked) and sum_of[how]. The table has a column
# for some kinds: led with hedged, and "other" for those without one of their own. column_sum[column]
# is the sum of a column, and way_of[id, column] what a host has there.
function sum_up(    key, part, column) {
	for (key in ways) {
		split(key, part, SUBSEP)
		column = part[2]
		lookups += ways[key]
		count[part[1]] += ways[key]
		sum_of[column] += ways[key]
		if (column ~ /^(led|hedged|passed|local|localhost)$/)
			sent += ways[key]
		if (column == "hedged")
			column = "led"
		else if (column !~ /^(led|waited|asked|passed|numeric|refused)$/)
			column = "other"
		way_of[part[1], column] += ways[key]
		column_sum[column] += ways[key]
	}
}

# Returns the duration in microseconds that this share of a host's lookups did not exceed, to two
# digits, rounded down. A bucket is a letter for the number of digits, and the first two of them.
function percentile(id, share,    n, i, j, key, left) {
	if (sorted_id != id) {
		split("", sorted)
		n = split(buckets[id], sorted, " ")
		for (i = 2; i <= n; i++) {
			key = sorted[i]
			for (j = i - 1; j >= 1 && sorted[j] > key; j--)
				sorted[j + 1] = sorted[j]
			sorted[j + 1] = key
		}
		sorted_id = id
		sorted_n = n
	}
	left = share * count[id]
	for (i = 1; i <= sorted_n; i++) {
		left -= durations[id, sorted[i]]
		if (left <= 0.000001)
			break
	}
	key = sorted[i > sorted_n ? sorted_n : i]
	n = index("abcdefghijklmnop", substr(key, 1, 1))
	key = substr(key, 2) + 0
	for (; n > 2; n--)
		key *= 10
	return key
}

# Sets order[1] to order[hosts] to the hosts' numbers, the largest value of `by` first. Equal
# ones stay in the order in which they came. This is heapsort.
function sort_hosts(by,    n, i) {
	for (i = 1; i <= hosts; i++) {
		order[i] = i
		value_of[i] = by == "lookups" ? count[i] : by == "longest" ? longest[i] : by == "errors" ? errors[i] + 0 : \
			by == "p99" ? percentile(i, 0.99) : by == "host" ? name[i] "" : time[i]
	}
	for (i = int(hosts / 2); i >= 1; i--)
		sink(i, hosts, by)
	for (n = hosts; n > 1; n--) {
		i = order[1]
		order[1] = order[n]
		order[n] = i
		sink(1, n - 1, by)
	}
}

# Returns whether host a comes behind host b.
function is_behind(a, b, by) {
	if (value_of[a] == value_of[b])
		return a > b
	return by == "host" ? value_of[a] > value_of[b] : value_of[a] < value_of[b]
}

function sink(at, n, by,    child, item) {
	item = order[at]
	while ((child = 2 * at) <= n) {
		if (child < n && is_behind(order[child + 1], order[child], by))
			child++
		if (!is_behind(order[child], item, by))
			break
		order[at] = order[child]
		at = child
	}
	order[at] = item
}
