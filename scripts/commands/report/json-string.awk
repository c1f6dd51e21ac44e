# SPDX-License-Identifier: MIT
# JSON, also for a place within <script> of a page.

# Returns a JSON string for bytes that others wrote: "<" and "&" could end a script's text.
function json(text) {
	text = clean(text)
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/</, "\\u003c", text)
	gsub(/>/, "\\u003e", text)
	gsub(/&/, "\\u0026", text)
	return "\"" text "\""
}
