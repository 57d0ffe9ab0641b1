# Riser in a container: the page is built in the first stage, the second holds only what runs.
#   docker build -t riser .
#   docker run -v ./config:/config:ro -v riser-data:/data -p 8080:8080 riser
# The site file must bind 0.0.0.0 (http.host) to be reached from outside; TLS is then on by itself.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# The hook `prepare` of the install builds the page, so the sources come before it.
COPY . .
# `node` is a development dependency (design: the pinned runtime of a checkout); the image brings its own.
RUN npm ci && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
COPY --from=build --chown=root:root /app/devices ./devices
COPY --from=build --chown=root:root /app/config ./config
COPY --from=build --chown=root:root /app/simulators ./simulators
COPY --from=build --chown=root:root /app/src ./src
COPY --from=build --chown=root:root /app/docker/health.mjs ./docker/health.mjs
COPY --from=build --chown=root:root /app/LICENSE ./
# A new named volume takes owner and mode of this directory.
RUN mkdir /data && chown node:node /data && chmod 0700 /data
USER node
VOLUME /data
EXPOSE 8080
# The gateway flushes within 8 s of SIGTERM (LIMITS.stopMs); give `docker stop` at least --time 10 (its default).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "docker/health.mjs"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["run", "--config", "/config/site.yaml", "--data", "/data"]
