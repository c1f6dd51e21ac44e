# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The programs of the tests, which are built for glibc, for processes of musl's. musl's loader
# takes libc.so.6 for itself, so only the loader that a program names has to be another.

musl_loader=/lib/ld-musl-$(uname -m).so.1

# make_musl_programs FROM TO: of the build in FROM, into TO, with the object. They want the
# environment LD_LIBRARY_PATH=TO/musl. Fails if there is no musl.
make_musl_programs() {
	[ -e "$musl_loader" ] || {
		printf '%s\n' "there is no $musl_loader: Debian has it in the package musl" >&2
		return 1
	}
	mkdir -p "$2/musl"
	cp "$1/libgaishim.so" "$2/"
	# For what they want of glibc beyond what musl has.
	cp "$1/tests/lib/libmusl.so" "$2/musl/libsubunit.so.0"
	machine=$(uname -m)
	# The other name is shorter, and a name ends with its first NUL.
	case $machine in
	x86_64) glibc=/lib64/ld-linux-x86-64.so.2 nuls='\x00\x00\x00\x00' ;;
	*) glibc=/lib/ld-linux-$machine.so.1 nuls='\x00\x00' ;;
	esac
	cp "$1/tests/lib/libmusl.so" "$2/musl/${glibc##*/}"
	(cd "$1" && find tests -type f -perm -1) | while IFS= read -r file; do
		mkdir -p "$2/${file%/*}"
		rm -f "$2/$file"
		LC_ALL=C sed "s|$glibc\\x00|$musl_loader$nuls|" "$1/$file" >"$2/$file"
		chmod 755 "$2/$file"
	done
}
