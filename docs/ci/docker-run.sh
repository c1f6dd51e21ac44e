#!/bin/sh
# SPDX-License-Identifier: MIT
# docker run: an image as it is, with glibc or musl.
set -eu

# Download.
curl -fsSLo gaishim.tar.gz "$TARBALL_URL"

echo "$TARBALL_SHA256  gaishim.tar.gz" | sha256sum -c
mkdir -p /opt/gaishim
tar -xzf gaishim.tar.gz -C /opt/gaishim --strip-components=1

# On.
docker run --rm --network none -v /opt/gaishim:/opt/gaishim:ro \
	-e LD_PRELOAD=/opt/gaishim/lib/gaishim/libgaishim.so debian:12-slim getent ahosts 127.0.0.1

# On, with options and Python's site hook, in a container that may do nothing.
mkdir -p logs
chmod 1777 logs
/opt/gaishim/bin/gaishim enable --dotenv gaishim.env --log=/logs/gaishim.log --retry=3
docker run --rm --network none --read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges \
	-v /opt/gaishim:/opt/gaishim:ro -v "$PWD/logs:/logs" --env-file gaishim.env \
	debian:12-slim sh -ec '/opt/gaishim/bin/gaishim doctor && getent ahosts 127.0.0.1'

# For one command: the container's own processes do not have it.
docker run --rm --network none -v /opt/gaishim:/opt/gaishim:ro \
	debian:12-slim /opt/gaishim/bin/gaishim --log=stderr getent ahosts 127.0.0.1

# Off.
/opt/gaishim/bin/gaishim disable --dotenv gaishim.env
docker run --rm --network none debian:12-slim getent ahosts 127.0.0.1
