# The image of Taquilla: docs/examples/docker/compose.yaml runs it. Built in the way that `npm run check-package` checks: packed,
# and installed from the tarball. Only the second stage is in the image: no compiler, no sources, no development dependencies.
FROM node:22.23.3-bookworm-slim AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ make python3 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Alone, so that a change of the sources does not install everything once more. Install scripts are not needed to pack.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json config.example.json config.schema.json README.md CHANGELOG.md LICENSE ./
COPY bin ./bin
COPY docs ./docs
COPY drizzle ./drizzle
COPY fixtures/demo ./fixtures/demo
COPY src ./src
RUN npm pack --pack-destination /tmp \
  && npm install --global --prefix /opt/taquilla --allow-scripts=better-sqlite3 /tmp/taquilla-*.tgz

FROM node:22.23.3-bookworm-slim
COPY --from=build /opt/taquilla /opt/taquilla
RUN groupadd --system --gid 10025 taquilla \
  && useradd --system --uid 10025 --gid taquilla --home-dir /data --shell /usr/sbin/nologin taquilla \
  && install --directory --owner=taquilla --group=taquilla --mode=0700 /data
ENV NODE_ENV=production \
  PATH=/opt/taquilla/bin:$PATH \
  TAQUILLA_CONFIG=/etc/taquilla/config.json
# A number, so that Kubernetes can see that it is not root.
USER 10025:10025
WORKDIR /data
# The config has "dataFolder": "/data".
VOLUME /data
EXPOSE 25
# Long enough for the copy of a large database that a new version makes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m --retries=3 CMD ["taquilla", "health"]
CMD ["taquilla", "serve"]
