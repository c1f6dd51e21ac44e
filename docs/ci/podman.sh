#!/bin/sh
# SPDX-License-Identifier: MIT
# podman: an image as it is, with glibc or musl; by root or without.
set -eu
home=${XDG_DATA_HOME:-$HOME/.local/share}/gaishim

# Download.
curl -fsSLo gaishim.tar.gz "$TARBALL_URL"

echo "$TARBALL_SHA256  gaishim.tar.gz" | sha256sum -c
mkdir -p "$home"
tar -xzf gaishim.tar.gz -C "$home" --strip-components=1

# On. z is for SELinux: containers may read it.
podman run --rm --network none -v "$home:/opt/gaishim:ro,z" \
	-e LD_PRELOAD=/opt/gaishim/lib/gaishim/libgaishim.so debian:12-slim /opt/gaishim/bin/gaishim doctor

# On, as the user you are, with a log and nothing else to write to.
mkdir -p logs
podman run --rm --network none --read-only --userns keep-id -v "$home:/opt/gaishim:ro,z" -v "$PWD/logs:/logs:z" \
	-e LD_PRELOAD=/opt/gaishim/lib/gaishim/libgaishim.so -e GAISHIM_LOG=/logs/gaishim.log \
	debian:12-slim getent ahosts 127.0.0.1

# Off.
podman run --rm --network none debian:12-slim getent ahosts 127.0.0.1
