# One image for every role: `api`, `worker`, `scheduler`, `migrate`, `seed`, `demo`, `doctor`,
# `drover`.
# See docs/guides/deploy-with-compose.md.

FROM node:24-slim AS base
WORKDIR /app
ENV NODE_ENV=production

# The packages that run: without what only tests and benchmarks need, and without the declarations and
# source maps in them, a third of their size. The manifests come first: a change of the source leaves
# this layer as it is.
FROM base AS dependencies
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/api/package.json packages/api/
COPY packages/client/package.json packages/client/
COPY packages/jobs/package.json packages/jobs/
COPY packages/scheduler/package.json packages/scheduler/
COPY packages/shared/package.json packages/shared/
COPY packages/worker/package.json packages/worker/
RUN --mount=type=cache,id=drover-pnpm,target=/pnpm \
    npx --yes "$(node -p 'require("./package.json").packageManager')" install \
      --prod --frozen-lockfile --filter './packages/*' \
      --store-dir /pnpm/store --package-import-method copy \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete

FROM base AS drover
ENV NODE_COMPILE_CACHE=/app/.compile-cache \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    LOG_FORMAT=json \
    MALLOC_ARENA_MAX=2 \
    UV_THREADPOOL_SIZE=8
EXPOSE 3000 3001 3002
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["/app/bin/health"]
ENTRYPOINT ["/app/bin/drover"]
CMD ["api"]
# Folders that volumes are mounted on: a new volume takes the owner of its folder.
RUN install -d -o node -g node /app/.compile-cache /data \
      /secrets /secrets/drover /secrets/redis /secrets/postgres /secrets/grafana
USER node
COPY --from=dependencies /app /app

# From here on every change of the source counts. The files are root's: the processes cannot change them.
COPY --chmod=755 deploy/image bin
COPY scripts scripts
COPY packages packages
# A start compiles nothing: what every role loads is compiled here, by the user that will run it, for
# Node keeps a folder of its own for each.
RUN node bin/warm.mjs
