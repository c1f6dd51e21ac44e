#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 600 s
# The recipes of docs/ci, run: their very files, in a bare root file system without
# a network, by root and by an ordinary user, and with a root that is read-only.
# tests/programs/ci/standin.py stands in for the engines and the runners.
#
# CI_ROOT is another root file system to run them in, made by mmdebstrap say.
# shellcheck disable=SC2317 # functions that others call

PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH
if [ -z "${CI_INSIDE:-}" ]; then
	for how in -mn -rmn; do
		unshare "$how" mount --bind /etc /etc 2>/dev/null && CI_INSIDE=$how exec unshare "$how" "$0"
	done
fi
CI_INSIDE=${CI_INSIDE:-}
. tests/lib/tap.sh
[ -n "$CI_INSIDE" ] || skip_all "a private mount namespace is not permitted here, or there is no unshare(1)"
unset LD_PRELOAD MAKEFLAGS MAKELEVEL PYTHONPATH

python=/usr/bin/python3
$python -c '' 2>/dev/null || python=python3
$python -c '' 2>/dev/null || skip_all "no python3 for the stand-ins"

# All of it is in memory, and gone with the namespace.
mkdir "$TMP/m"
mount -t tmpfs -o mode=755 tmpfs "$TMP/m" || skip_all "no tmpfs may be mounted here"
TAP_EXIT="umount -l $TMP/m"
chmod 755 "$TMP"
here=$PWD m=$TMP/m
CI_IMAGES=$m/images CI_PODS=$m/pods TMPDIR=$m/tmp
CI_USER='' CI_READ_ONLY='' CI_ONE_USER=''
[ "$CI_INSIDE" = -mn ] || CI_ONE_USER=1
export CI_IMAGES CI_PODS TMPDIR CI_USER CI_READ_ONLY CI_ONE_USER
mkdir "$CI_IMAGES" "$CI_PODS" "$TMPDIR" "$m/bin" "$m/etc" "$m/etc/upper" "$m/etc/work"
for name in docker podman kubectl systemctl curl; do
	{
		echo '#!/bin/sh'
		echo "exec $python $m/bin/real/$name \"\$@\""
	} >"$m/bin/$name"
	mkdir -p "$m/bin/real"
	cp tests/programs/ci/standin.py "$m/bin/real/$name"
	chmod 755 "$m/bin/$name"
done
PATH=$m/bin:$PATH

# The archive that the recipes download.
version=$(sed -n 's/^VERSION = //p' Makefile)
mkdir "$m/build"
cp -R "$BUILD/shim" "$BUILD/libgaishim.so" "$m/build/"
[ ! -e "$BUILD/idn2.o" ] || cp "$BUILD/idn2.o" "$m/build/"
find "$m/build" -exec touch {} +
make -s BUILD="$m/build" tarball >"$m/make.log" 2>&1 || sed 's/^/# /' "$m/make.log"
CI_TARBALL=$m/build/gaishim-$version-$(uname -m).tar.gz
TARBALL_SHA256=$(sha256sum "$CI_TARBALL" | sed 's/ .*//')
TARBALL_URL=https://example.com/gaishim.tar.gz
export CI_TARBALL TARBALL_SHA256 TARBALL_URL

mkdir "$CI_IMAGES/bare"
if [ -n "${CI_ROOT:-}" ]; then
	cp -a "$CI_ROOT/." "$CI_IMAGES/bare"
else
	why=$(tests/programs/ci/root "$CI_IMAGES/bare" 2>&1) || skip_all "no bare root: $why; CI_ROOT may name one"
fi
cp "$CI_TARBALL" "$CI_IMAGES/bare/usr/local/share/served"
cat >"$CI_IMAGES/bare/usr/local/bin/curl" <<'SH'
#!/bin/sh
case "$1 $3 $#" in
"-fsSLo https://"*" 3") cat /usr/local/share/served >"$2" ;;
*) exit 2 ;;
esac
SH
chmod 755 "$CI_IMAGES/bare/usr/local/bin/curl"

standin() {
	$python "$here/tests/programs/ci/standin.py" "$@"
}
why=$(docker run --rm debian:12 true 2>&1) || skip_all "no containers here: $(echo "$why" | tail -n 1)"

# recipe NAME STATES LOG COMMAND...: it runs, is on and off where it says so, and
# the log that it leaves, if any, has a lookup.
recipe() {
	name=$1 wanted=$2 log=$3
	shift 3
	rm -rf "$m/work"
	mkdir "$m/work"
	out=$("$@" 2>&1)
	status=$?
	is "$name: runs" $status 0
	[ $status = 0 ] || printf '%s\n' "$out" | sed 's/^/# /'
	is "$name: on and off" "$(printf '%s\n' "$out" | sed -n 's/^@//p' | tr '\n' ' ')" "$wanted "
	is "$name: the loader has nothing to say" "$(printf '%s\n' "$out" | grep -F 'ld.so:')" ''
	# shellcheck disable=SC2086 # a pattern
	[ -z "$log" ] || like "$name: the log" "$(cat "$m"/work/$log)" 'host="127\.0\.0\.1" .* how=numeric'
}

# reports NAME ERE: the reports that the recipe's last steps make of its logs, by `gaishim
# report` itself, are where the runner shows them, and a line of each matches.
reports() {
	case $1 in
	GitHub*) like "$1: the report is in the summary" "$(cat "$m/work/summary.md" 2>&1)" "$2" ;;
	GitLab*)
		for job in "$m/work/artifacts"/*tests; do
			like "$1: ${job##*/} leaves a report" "$(cat "$job/gaishim.html" 2>&1)" "$2"
		done
		;;
	Jenkins*) like "$1: the report is archived" "$(cat "$m/work/gaishim.html" 2>&1)" "$2" ;;
	esac
}

# A report has the lookups in a table, and a page has them in its data; the words are its own test's.
table='^ *\|.*\||^"hosts": \["'

# by_all NAME STATES LOG COMMAND...: by both users, with both kinds of root.
by_all() {
	all=$1
	shift
	for CI_USER in '' 1000; do
		if [ -n "$CI_USER" ] && [ -n "$CI_ONE_USER" ]; then
			skip "$all, as a user" "no other user in this namespace"
			continue
		fi
		for CI_READ_ONLY in '' 1; do
			recipe "$all, ${CI_USER:-root}${CI_READ_ONLY:+, read-only root}" "$@"
			reports "$all, ${CI_USER:-root}${CI_READ_ONLY:+, read-only root}" "$table"
		done
	done
	CI_USER='' CI_READ_ONLY=''
}

# typed FILE: what its comments say is typed, where it lies beside the archive.
typed() (
	cp "docs/ci/$1" "$m/work/"
	cp "$CI_TARBALL" "$m/work/gaishim.tar.gz"
	# As docker names the architecture.
	cp "$CI_TARBALL" "$m/work/gaishim-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/').tar.gz"
	standin commands "docs/ci/$1" >"$m/typed"
	cd "$m/work" && CI_PODS=$m/work sh -eu "$m/typed"
)

# beyond IMAGE STATUS NAME COMMAND...: whether it finds a host that nobody knows
# without the object, full-width digits.
beyond() {
	image=$1 wanted=$2 name=$3
	shift 3
	docker run --rm --user 1000 "$image" "$@" ahosts １２７.0.0.1 >"$m/out" 2>&1
	is "image $image, $name" "$?" "$wanted"
}

# fresh_opt: nothing is in /opt, and what comes there goes with the namespace.
fresh_opt() {
	umount /opt 2>/dev/null
	mount -t tmpfs -o mode=755 tmpfs /opt
}

# script FILE: one that is run, by root on a machine that has the engine.
script() (
	fresh_opt || exit
	cd "$m/work" && HOME=$m/work sh "$1"
)

for file in docs/ci/*.sh; do
	if command -v shellcheck >/dev/null; then
		ok "$file: shellcheck" shellcheck "$file"
	else
		skip "$file: shellcheck" "not installed"
	fi
done

# Each file is in the table, and what the table says is in the file.
tab=$(printf '\t')
sed -n 's/^| *\(.*[^ ]\) *| *\(.*[^ ]\) *| *\(.*[^ ]\) *| *\[.*\](\(.*\)) *|$/\1\t\2\t\3\t\4/p' docs/ci.md >"$m/table"
is "docs/ci.md: the table has all files" "$(cut -f4 "$m/table" | sort -u)" "$(find docs/ci -type f | sed 's|^docs/||' | sort)"
while IFS=$tab read -r where on off file; do
	for text in "$on" "$off"; do
		case $text in
		\`*\`)
			text=${text#?} text=${text%?}
			ok "docs/ci.md: $where: $text" grep -Fq -e "$text" "docs/$file"
			;;
		esac
	done
done <"$m/table"

# Alpine's image: a root with musl alone, and a getent as Alpine has one.
if musl=$(scripts/dev/musl-root bookworm "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gaishim/roots" 2>&1); then
	cp -a "$musl" "$CI_IMAGES/musl"
	cp "$BUILD/tests/network/ask" "$CI_IMAGES/musl/usr/bin/"
	{
		echo '#!/bin/sh'
		echo "exec /lib/ld-musl-$(uname -m).so.1 /usr/bin/ask \"\$2\""
	} >"$CI_IMAGES/musl/usr/bin/getent"
	chmod 755 "$CI_IMAGES/musl/usr/bin/getent"
	recipe 'Alpine' 'on off' '' typed alpine.Dockerfile
	CI_READ_ONLY=1
	recipe 'Alpine, read-only root' on '' docker run --rm app
	CI_READ_ONLY=''
	for file in docker-run.sh podman.sh; do
		sed 's/debian:12-slim/alpine:3.20/' "docs/ci/$file" >"$m/$file"
	done
	by_all 'docker run, Alpine' 'on on off off' logs/gaishim.log script "$m/docker-run.sh"
	by_all 'podman, Alpine' 'on on off' logs/gaishim.log script "$m/podman.sh"
else
	skip "Alpine" "no root with musl: $(printf '%s\n' "$musl" | tail -n 1)"
fi

recipe Dockerfile 'on off' '' typed Dockerfile
CI_READ_ONLY=1
recipe 'Dockerfile, read-only root' on '' docker run --rm app
CI_READ_ONLY=''
# It reaches programs without an environment, and setuid programs, as ENV does not.
mkdir "$m/system"
cp "$CI_TARBALL" "$m/system/gaishim.tar.gz"
sed -e '/^ENV LD_PRELOAD/d' -e 's/^# RUN /RUN /' docs/ci/Dockerfile >"$m/system/Dockerfile"
ok 'Dockerfile with enable --system' docker build -t system "$m/system"
for image in app system; do
	cp "$CI_IMAGES/bare/usr/bin/getent" "$CI_IMAGES/$image/usr/bin/setuid"
	chmod 4755 "$CI_IMAGES/$image/usr/bin/setuid"
done
beyond app 0 'with its environment' env LC_ALL=C getent
beyond app 2 'env -i' env -i LC_ALL=C getent
beyond system 0 'env -i' env -i LC_ALL=C getent
if [ -z "$CI_ONE_USER" ]; then
	beyond app 2 setuid env LC_ALL=C setuid
	beyond system 0 setuid env LC_ALL=C setuid
else
	skip "setuid programs" "no other user in this namespace"
fi
by_all 'docker run' 'on on off off' logs/gaishim.log script "$here/docs/ci/docker-run.sh"
by_all podman 'on on off' logs/gaishim.log script "$here/docs/ci/podman.sh"
by_all Jenkins 'off off off on on off off off' gaishim.log standin jenkins docs/ci/Jenkinsfile "$m/work"

if $python -c 'import yaml' 2>/dev/null; then
	by_all GitHub 'off off off on on on off off' gaishim.log standin github docs/ci/github.yml "$m/work"
	by_all GitLab 'off off off off on on on off off off off off on on on on off' artifacts/tests/gaishim.log \
		standin gitlab docs/ci/gitlab.yml "$m/work"
	recipe Kubernetes 'on off' 'logs-*/gaishim.log' typed kubernetes.yaml
else
	skip "GitHub, GitLab, Kubernetes" "no python3-yaml"
fi

# A service of one's own, under /etc.
if { [ -d /etc/systemd ] || {
	mount -t overlay -o "lowerdir=/etc,upperdir=$m/etc/upper,workdir=$m/etc/work" overlay /etc && mkdir /etc/systemd
}; } 2>/dev/null && mount -t tmpfs tmpfs /etc/systemd; then
	mkdir /etc/systemd/system
	printf '[Service]\nExecStart=getent ahosts 127.0.0.1\n' >/etc/systemd/system/app.service
	fresh_opt
	mkdir /opt/gaishim
	tar -xzf "$CI_TARBALL" -C /opt/gaishim --strip-components=1
	by_all systemd 'on off' var/log/gaishim/app.log typed systemd.conf
	umount /etc/systemd
else
	skip systemd "no /etc/systemd of its own here"
fi
if command -v systemd-analyze >/dev/null; then
	mkdir -p "$m/units/app.service.d"
	printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >"$m/units/app.service"
	cp docs/ci/systemd.conf "$m/units/app.service.d/"
	is "systemd.conf: systemd has nothing to say" \
		"$(systemd-analyze verify "$m/units/app.service" 2>&1 | grep -F "$m/")" ''
else
	skip "systemd.conf: systemd has nothing to say" "not installed"
fi

# red STATUS FILE COMMAND...: what is no good does not pass.
red() {
	wanted=$1 name=$2
	shift 2
	rm -rf "$m/work"
	mkdir "$m/work"
	out=$(TARBALL_SHA256=$(printf %064d 0) "$@" 2>&1)
	is "$name: another archive is refused" "$?" "$wanted"
	is "$name: and nothing of it is run" "$(printf '%s\n' "$out" | grep -e @on -e 'ok  *object')" ''
}
red 1 'docker run' script "$here/docs/ci/docker-run.sh"
red 1 podman script "$here/docs/ci/podman.sh"
red 1 Jenkins standin jenkins docs/ci/Jenkinsfile "$m/work"
if $python -c 'import yaml' 2>/dev/null; then
	red 1 GitHub standin github docs/ci/github.yml "$m/work"
	red 1 GitLab standin gitlab docs/ci/gitlab.yml "$m/work"
fi

# changed WORDS STATUS NAME RUNNER FILE: the recipe with WORDS for its lookups.
changed() {
	words=$1 wanted=$2 name=$3
	rm -rf "$m/work"
	mkdir "$m/work"
	sed "s/getent ahosts 127\.0\.0\.1/$words/" "docs/ci/$5" >"$m/$5"
	out=$(standin "$4" "$m/$5" "$m/work" 2>&1)
	status=$?
	is "$name: status" $status "$wanted"
	[ $status = "$wanted" ] || printf '%s\n' "$out" | sed 's/^/# /'
}

# quiet NAME RUNNER FILE: a build in which nothing is looked up is none the worse for it.
quiet() {
	changed ls 0 "$1, no lookup" "$2" "$3"
	is "$1, no lookup: no log has one" "$(find "$m/work" -name gaishim.log -exec grep -l ' call=' {} +)" ''
	reports "$1, no lookup" '^no lookups|^"hosts": \[\]'
}

# failing NAME RUNNER FILE: a build that fails leaves its report, too.
failing() {
	changed '& \&\& exit 3' 3 "$1, a step fails" "$2" "$3"
	reports "$1, a step fails" "$table"
	log=$(find "$m/work" -maxdepth 3 -name gaishim.log ! -path '*/_temp/*' ! -path '*/workspace/*' ! -path '*/work/tests/*')
	like "$1, a step fails: its log is kept" "$(cat "${log:-/dev/null}")" ' call=getaddrinfo host="127'
}
quiet Jenkins jenkins Jenkinsfile
failing Jenkins jenkins Jenkinsfile
if $python -c 'import yaml' 2>/dev/null; then
	quiet GitHub github github.yml
	failing GitHub github github.yml
	quiet GitLab gitlab gitlab.yml
	failing GitLab gitlab gitlab.yml
else
	skip "GitHub, GitLab: no lookup, a step fails" "no python3-yaml"
fi

# Jenkins keeps the workspace from build to build.
rm -rf "$m/work"
mkdir -p "$m/work/workspace"
echo 'ts=1.000000 pid=1 tid=1 call=getaddrinfo host="earlier.test" how=led code=EAI_NONAME us=1' >"$m/work/workspace/gaishim.log"
standin jenkins docs/ci/Jenkinsfile "$m/work" >"$m/out" 2>&1
is "Jenkins: the log of an earlier build" "$(grep -c 'earlier' "$m/work/gaishim.log") $(grep -c ' call=' "$m/work/gaishim.log")" '0 2'

# What docs/ci.md says of files that cannot be loaded.
if command -v musl-gcc >/dev/null; then
	echo 'int main(void) { return 0; }' >"$m/true.c"
	musl-gcc -o "$m/true-musl" "$m/true.c"
	is "musl: a program starts" "$(LD_PRELOAD=$GAISHIM_SO "$m/true-musl" 2>&1; echo "$?")" 0
	is "musl: where the object is not, nothing is said" "$(LD_PRELOAD=/nowhere/x.so "$m/true-musl" 2>&1; echo "$?")" 0
	echo nothing >"$m/none.so"
	is "musl: nor of a file that is none" "$(LD_PRELOAD=$m/none.so "$m/true-musl" 2>&1; echo "$?")" 0
	musl-gcc -static -o "$m/true-static" "$m/true.c"
	is "a static program takes no notice" "$(LD_PRELOAD=$GAISHIM_SO "$m/true-static" 2>&1; echo "$?")" 0
	foreign=$(find /usr/aarch64-linux-gnu/lib /usr/x86_64-linux-gnu/lib -name libm.so.6 2>/dev/null | head -n 1)
	if [ -n "$foreign" ]; then
		LD_PRELOAD=$foreign "$m/true-musl" >"$m/out" 2>&1
		is "musl: with an object for another architecture no program starts" "$?" 127
		like "musl: what it says" "$(head -n 1 "$m/out")" 'Error '
	else
		skip "musl: an object for another architecture" "none here: package libc6-dev-arm64-cross"
	fi
else
	skip "musl" "no musl-gcc"
fi
# An object for another machine: the field e_machine of its header is changed.
cp "$GAISHIM_SO" "$m/other.so"
printf '\377' | dd of="$m/other.so" bs=1 seek=18 conv=notrunc 2>/dev/null
for file in "$m/nowhere.so" "$m/other.so"; do
	like "${file##*/}: the loader says so" "$(LD_PRELOAD=$file sh -c : 2>&1)" 'cannot be preloaded .*: ignored'
	is "${file##*/}: programs run" "$(LD_PRELOAD=$file sh -c 'echo runs' 2>/dev/null)" runs
done
done_testing
