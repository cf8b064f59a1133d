// Write the TypeScript examples of a page into a directory: each has the name of its file in its first line, or gets one.
// So do its files of JSON with such a line.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [page, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, "package.json"), '{ "type": "module" }\n');
for (const [number, [, code]] of [...readFileSync(page, "utf8").matchAll(/^```(?:ts|json)\n(.*?)^```$/gms)].entries()) {
  const name = /^\/\/ (\S+\.(?:ts|json))\n/.exec(code)?.[1] ?? `example-${number}.ts`;
  writeFileSync(join(directory, name), code);
}
