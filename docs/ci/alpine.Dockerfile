# SPDX-License-Identifier: MIT
# Alpine, and images for several architectures. Beside it are the archives, by docker's names
# for architectures: gaishim-amd64.tar.gz, gaishim-arm64.tar.gz.
#
# $ docker build -f alpine.Dockerfile -t app .
# $ docker run --rm app
#
# For both architectures:
#
#     docker buildx build -f alpine.Dockerfile --platform linux/amd64,linux/arm64 \
#         -t registry.example.com/app:1 --push .
#
# Off, for once:
#
# $ docker run --rm -e GAISHIM_DISABLE=1 app

# docker sets TARGETARCH: amd64, arm64.
FROM alpine:3.20 AS gaishim
ARG TARGETARCH
COPY gaishim-${TARGETARCH}.tar.gz /tmp/gaishim.tar.gz
RUN mkdir /opt/gaishim && \
    tar -xzf /tmp/gaishim.tar.gz -C /opt/gaishim --strip-components=1 && \
    rm /tmp/gaishim.tar.gz

# Yours: any image with musl 1.2, or with glibc 2.31 or later.
FROM alpine:3.20
COPY --from=gaishim /opt/gaishim /opt/gaishim
# On, from here to the containers that are started: one line.
ENV LD_PRELOAD=/opt/gaishim/lib/gaishim/libgaishim.so PYTHONPATH=/opt/gaishim/lib/gaishim/python
# With an object for another architecture nothing would start from here on: this is the proof.
RUN /opt/gaishim/bin/gaishim doctor
USER 1000:1000
CMD ["getent", "ahosts", "127.0.0.1"]
