# SPDX-License-Identifier: MIT
# Which lookup brought the answer that another waited for? The log does not say it, but in a
# process no two lookups of one question are under way at once, unless a second ask is needed. So
# it is the lookup of the same question that was under way when the other came.
#
# A form calls see(NUMBER) for the lookup at hand, and defines link(WAITER, ASKER, WAITER_BEGAN).
# Lines of a process may stand in any order within a short time.

# A question of this process: the host without regard to case, and what was asked besides.
function question_key() {
	return pid SUBSEP call SUBSEP tolower(host) SUBSEP shape_question[shape]
}

function see_asker(at,    key, n, i, item, waiter, left) {
	key = question_key()
	asker[key] = at
	asker_began[key] = ended - us / 1000000
	asker_ended[key] = ended
	n = split(pending[key], item, " ")
	left = ""
	for (i = 1; i <= n; i++) {
		split(item[i], waiter, ":")
		if (waiter[2] > asker_ended[key] + 0.001)
			left = left " " item[i]
		else if (waiter[2] >= asker_began[key] - 0.001)
			link(waiter[1], at, waiter[2])
	}
	if (left == "")
		delete pending[key]
	else
		pending[key] = left
}

function see_waiter(at,    key, began) {
	key = question_key()
	began = ended - us / 1000000
	if (key in asker && began >= asker_began[key] - 0.001 && began <= asker_ended[key] + 0.001)
		link(at, asker[key], began)
	else
		pending[key] = pending[key] " " at ":" sprintf("%.6f", began)
}

# See to a lookup of any kind.
function see(at) {
	if (how == "led" || how == "hedged")
		see_asker(at)
	else if (how == "waited" || how == "asked")
		see_waiter(at)
}
