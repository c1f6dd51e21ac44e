# SPDX-License-Identifier: MIT
# Texts for people: numbers, durations, times, and what others wrote.

# Returns microseconds as in "850 us", "1.2 ms", "35 ms", "4.9 s" or "1,234 s".
function duration(us) {
	if (us < 1000)
		return us " us"
	if (us < 9950)
		return sprintf("%.1f ms", us / 1000)
	if (us < 999500)
		return sprintf("%.0f ms", us / 1000)
	if (us < 9950000)
		return sprintf("%.1f s", us / 1000000)
	return number(sprintf("%.0f", us / 1000000)) " s"
}

# Returns an integer with commas.
function number(n,    text, commas) {
	text = sprintf("%.0f", n)
	while (length(text) > 3) {
		commas = "," substr(text, length(text) - 2) commas
		text = substr(text, 1, length(text) - 3)
	}
	return text commas
}

# Returns "1 lookup" or "2 lookups".
function plural(n, noun) {
	return number(n) " " noun (n == 1 ? "" : noun ~ /ss$/ ? "es" : "s")
}

# Returns the local time, with its milliseconds.
function clock(seconds) {
	if (seconds < 0) # a lookup cannot have begun before 1970, but a log may say so
		seconds = 0
	return strftime("%H:%M:%S", int(seconds)) sprintf(".%03d", int((seconds - int(seconds)) * 1000))
}

# Returns a text without what steers a terminal, hides text or turns it round, and without bytes
# that are no UTF-8: each becomes a question mark. The object writes none of these, and no value of
# 2,000 bytes, but the log may have come from elsewhere.
function clean(text,    result) {
	if (length(text) > 2000)
		text = substr(text, 1, 2000) "..."
	gsub(/[^\040-\176\200-\377]/, "?", text) # also a NUL, which no awk but GNU's knows in a range
	if (text !~ /[\200-\377]/)
		return text
	gsub(/\302[\200-\237\255]|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277/, "?", text)
	result = ""
	while (match(text, /[\302-\337][\200-\277]|(\340[\240-\277]|\355[\200-\237]|[\341-\354\356\357][\200-\277])[\200-\277]|(\360[\220-\277]|\364[\200-\217]|[\361-\363][\200-\277])[\200-\277][\200-\277]|[\040-\176]+/)) {
		if (RSTART > 1)
			result = result "?"
		result = result substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
	}
	return result (text == "" ? "" : "?")
}

# Returns how many columns a clean text takes, if no character is wide.
function width(text) {
	gsub(/[\200-\277]/, "", text)
	return length(text)
}

# Returns the text in exactly so many columns, cut or filled up.
function fit(text, columns,    last) {
	if (width(text) <= columns)
		return text sprintf("%" (columns - width(text)) "s", "")
	while (width(text) > columns - 2) {
		while (substr(text, length(text)) ~ /[\200-\277]/)
			text = substr(text, 1, length(text) - 1)
		text = substr(text, 1, length(text) - 1)
	}
	return text ".."
}
