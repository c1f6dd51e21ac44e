# SPDX-License-Identifier: MIT
# The report as a Chrome trace: JSON that Perfetto, speedscope and chrome://tracing open. A lookup
# is a slice on its thread; an arrow goes from a lookup that waited to the one that was sent.

function start_event() {
	printf "%s\n", (events++ > 0) ? "," : "{\"displayTimeUnit\": \"ms\", \"traceEvents\": ["
}

function process(program, version, libc, options) {
	start_event()
	printf "{\"name\": \"process_name\", \"ph\": \"M\", \"pid\": %s, \"args\": {\"name\": %s}},\n", pid, json(program)
	printf "{\"name\": \"process_labels\", \"ph\": \"M\", \"pid\": %s, \"args\": {\"labels\": %s}}", pid, \
		json(libc (options == "" ? "" : ", " options))
}

function lookup(    code) {
	read_front()
	code = shape_code[shape]
	start_event()
	printf "{\"name\": %s, \"cat\": \"%s\", \"ph\": \"X\", \"ts\": %.0f, \"dur\": %.0f, \"pid\": %s, \"tid\": %s, \"args\": {\"how\": \"%s\", \"call\": %s, \"code\": \"%s\", \"answers\": %s}}", \
		json(host), how, ended * 1000000 - us, us, pid, tid, how, json(call), code, json(answers())
	numbers++
	thread_of[numbers] = tid
	see(numbers)
}

# Both lookups are under way when the second one comes.
function link(waiter, asker, began) {
	links++
	start_event()
	printf "{\"name\": \"waits\", \"cat\": \"waits\", \"ph\": \"s\", \"id\": %d, \"ts\": %.0f, \"pid\": %s, \"tid\": %s},\n", \
		links, began * 1000000, pid, thread_of[waiter]
	printf "{\"name\": \"waits\", \"cat\": \"waits\", \"ph\": \"f\", \"bp\": \"e\", \"id\": %d, \"ts\": %.0f, \"pid\": %s, \"tid\": %s}", \
		links, began * 1000000, pid, thread_of[asker]
}

function finish() {
	if (events == 0)
		printf "{\"displayTimeUnit\": \"ms\", \"traceEvents\": ["
	print "\n]}"
}
