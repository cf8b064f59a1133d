#!/usr/bin/env bash
# Pack the package, install it into an empty strict TypeScript project, and run the same stories with node:test, vitest
# and Jest. `carbon-emulator` must be on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v carbon-emulator >/dev/null || { echo 'carbon-emulator is not on PATH' >&2; exit 1; }
unset CARBON_EMULATOR_URL CARBON_EMULATOR_CONTROL_TOKEN

project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
npm ci --loglevel error --no-audit --no-fund
npm pack --silent --pack-destination "$project"
cp tests/project/* ../../tests/durations.json "$project"
node tests/examples.mjs ../../docs/node.md "$project/guide"
node tests/examples.mjs README.md "$project/readme"
cd "$project"
for shared in stories failing; do cp "$shared.ts" "$shared.mts"; done
npm ci --loglevel error --no-audit --no-fund
npm install --loglevel error --no-audit --no-fund --no-save ./carbon-emulator-*.tgz
npx tsc
node --test out/node.test.mjs out/processes.test.mjs out/reports.test.mjs
npx vitest run
npx jest

# A new project, made as the guide says.
mkdir new
cp guide/shop.ts guide/tsconfig.json new
(
    cd new
    npm init -y >/dev/null
    npm pkg set type=module
    npm install --loglevel error --no-audit --no-fund --save-dev ../carbon-emulator-*.tgz tsx typescript @types/node
    npx tsx shop.ts
    npx tsc --noEmit
)

# The examples of the documentation.
for pages in guide readme; do cp "$pages/package.json" "out/$pages"; done
node out/guide/shop.js
node out/guide/space.js | grep 'near miss: request 1, POST /v1/orders: status is 503, not 201'
node --test out/guide/node.test.js out/guide/hooks.test.js
npx vitest run --config guide/vitest.config.ts guide/vitest.test.ts
NODE_OPTIONS=--experimental-vm-modules npx jest --config guide.jest.config.json
node out/readme/example-1.js
