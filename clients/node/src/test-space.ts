/** A space for one test: what the fixtures for vitest, Jest and node:test share. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import type { Event, Evidence, FieldEvidence, Request, Webhook } from "./contract.js";
import { Refused } from "./control-client.js";
import { CarbonEmulator } from "./emulator.js";
import type { Providers, Space } from "./space.js";

/** What a test demands of its space. */
export interface CarbonOptions {
  /** Freeze the clock at this instant. */
  at?: Date | string;
  /** The seed that the ids of the space follow from. */
  seed?: number;
  /** Fill the space with this scenario, such as `"shop"`. */
  scenario?: string;
  /** Fail the test if its client sent anything that nothing reads. */
  strict?: boolean;
  /** Fail the test if it relied on weaker evidence than this. */
  evidence?: Evidence;
}

/** What a test gets: a new space, and each provider in it. */
export type CarbonFixtures = { readonly carbonSpace: Space } & Providers;

/** What the options of a test are called in all three test runners. */
export interface Extension {
  carbonOptions: CarbonOptions;
}

/** How long a server may take to start. */
export const START_MILLISECONDS_MAX = 120_000;

const EVIDENCE: readonly Evidence[] = ["observed", "seed", "docs", "sdk", "inferred"];
const OPTIONS = ["at", "seed", "scenario", "strict", "evidence"];
const PARTS_SHOWN_MAX = 10;
const REQUESTS_SHOWN_MAX = 10;
const BODY_CHARACTERS_MAX = 160;

let shared: Promise<CarbonEmulator> | undefined;

/**
 * Return the server of this process: the one at CARBON_EMULATOR_URL, with the token in CARBON_EMULATOR_CONTROL_TOKEN, or
 * else one that is started on first use.
 */
export function sharedEmulator(): Promise<CarbonEmulator> {
  const { CARBON_EMULATOR_URL: url, CARBON_EMULATOR_CONTROL_TOKEN: token } = process.env;
  shared ??= url ? CarbonEmulator.connect(url, token) : CarbonEmulator.start();
  return shared;
}

/** The space of one test. */
export class TestSpace {
  private constructor(
    readonly space: Space,
    private readonly options: CarbonOptions,
    private readonly test: string,
  ) {}

  /** Open a new space for the test of this name. */
  static async open(options: CarbonOptions, test: string): Promise<TestSpace> {
    check(options);
    const space = await (await sharedEmulator()).space();
    const opened = new TestSpace(space, options, test);
    try {
      await opened.begin();
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  /** Bring the space to where the test begins. */
  private async begin(): Promise<void> {
    const { at, seed, scenario } = this.options;
    await (scenario === undefined ? this.space.reset(seed) : this.space.play(scenario, seed));
    if (at !== undefined) {
      await this.space.clock.freeze(at);
    }
    this.space.clock.past.length = 0;
  }

  get fixtures(): CarbonFixtures {
    const { oneclickimpact, cnaught, carboninsights, dcycle, thallo } = this.space;
    return { carbonSpace: this.space, oneclickimpact, cnaught, carboninsights, dcycle, thallo };
  }

  /** Run the body of the test, and finish it. */
  async run(body: () => unknown): Promise<void> {
    try {
      await body();
    } catch (error) {
      await this.finish(true);
      throw error;
    }
    await this.finish(false);
  }

  /** Check what the options demand, report a failure, and delete the space. Rejects if the test did what they forbid. */
  async finish(failed: boolean): Promise<void> {
    try {
      if (failed) {
        await this.report();
      } else {
        await this.verify();
        rmSync(this.bundleFile, { force: true });
      }
    } catch (error) {
      await this.report();
      throw error;
    } finally {
      await this.close();
    }
  }

  /** Throw an Error if the test did what its options forbid. */
  private async verify(): Promise<void> {
    const { strict, evidence: floor } = this.options;
    if (!strict && floor === undefined) {
      return;
    }
    const entries = await this.space.requests.list();
    if (strict) {
      fail("sent what nothing reads", entries.filter((entry) => entry.unread.length).map((entry) => [entry, entry.unread]));
    }
    if (floor !== undefined) {
      const sent = (await this.space.webhooks.list()).filter(({ attempts }) => attempts.length);
      const relied: Array<Request | Webhook | Event> = [...entries, ...sent, ...this.space.clock.past];
      const weak = relied.filter(({ evidence }) => isWeaker(evidence, floor));
      fail(`relied on evidence weaker than ${floor}`, weak.map((each) => [each, weakParts(each, floor)]));
    }
  }

  /** Print the last requests of a failing test, and write its bundle. */
  private async report(): Promise<void> {
    const lines = [`Carbon Emulator, the requests of ${JSON.stringify(this.test)}:`];
    try {
      lines.push(...(await this.space.requests.list()).slice(-REQUESTS_SHOWN_MAX).map(line));
      lines.push(await this.writeBundle());
    } catch (error) {
      lines.push(`no bundle: ${(error as Error).message}`);
    }
    console.error(lines.join("\n"));
  }

  /** Delete the space, unless the test has. */
  private async close(): Promise<void> {
    try {
      await this.space.delete();
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) {
        throw error;
      }
    }
  }

  private async writeBundle(): Promise<string> {
    const file = this.bundleFile;
    const bundle = await this.space.bundle();
    if (bundle.requests.length === 0) {
      rmSync(file, { force: true });
      return "no bundle: it has no requests";
    }
    if (!existsSync(directory())) {
      mkdirSync(directory(), { recursive: true });
      writeFileSync(join(directory(), ".gitignore"), "*\n");
    }
    writeFileSync(file, JSON.stringify(bundle));
    return `bundle: ${file}; run it again with: carbon-emulator replay ${quoted(file)}`;
  }

  /** The bundle file of the test. Its name is readable, and unique by a hash of the test's name. */
  private get bundleFile(): string {
    const readable = this.test.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(-100);
    return join(directory(), `${readable}-${createHash("sha256").update(this.test).digest("hex").slice(0, 8)}.json`);
  }
}

/** Return the name of a test that is unique in the suite. */
export function uniqueName(file: string | undefined, test: string): string {
  return `${relative(process.cwd(), file ?? "")} ${test}`;
}

function directory(): string {
  return resolve(process.env["CARBON_EMULATOR_BUNDLES"] || ".carbon-emulator");
}

/** Return a text as a word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function check(options: CarbonOptions): void {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new TypeError(`carbonOptions: unknown option ${JSON.stringify(name)}; known: ${OPTIONS.join(", ")}`);
    }
  }
  if (options.evidence !== undefined && !EVIDENCE.includes(options.evidence)) {
    const shown = JSON.stringify(options.evidence);
    throw new TypeError(`carbonOptions: evidence is one of ${EVIDENCE.join(", ")}, not ${shown}`);
  }
}

function isWeaker(evidence: Evidence, floor: Evidence): boolean {
  return EVIDENCE.indexOf(evidence) > EVIDENCE.indexOf(floor);
}

/** Return what makes evidence weaker than the floor: the parts of a request or webhook with their rules, or all of it. */
function weakParts(each: Request | Webhook | Event, floor: Evidence): string[] {
  if (!("evidence_fields" in each)) {
    return [named("event time", each)];
  }
  const parts = each.evidence_fields
    .filter((part) => isWeaker(part.evidence, floor))
    .map((part) => named(`${part.in} ${part.field}`.trim(), part));
  if (parts.length > PARTS_SHOWN_MAX) {
    return [...parts.slice(0, PARTS_SHOWN_MAX), `and ${parts.length - PARTS_SHOWN_MAX} more`];
  }
  return parts.length ? parts : [`${("operation" in each && each.operation) || "no operation"} (${each.evidence})`];
}

function named(part: string, { evidence, rule }: Event | FieldEvidence): string {
  return `${part} (${evidence}${rule ? `, ${rule}` : ""})`;
}

/** Return a request, a webhook or an event in a few words. */
function title(each: Request | Webhook | Event): string {
  return "method" in each ? `${each.method} ${each.path}` : `${each.kind} of ${each.subject}`;
}

function fail(what: string, found: Array<[Request | Webhook | Event, string[]]>): void {
  if (found.length) {
    const lines = found.map(([each, why]) => `${title(each)} (${each.provider}): ${why.join(", ")}`);
    throw new Error([`the test's client ${what}:`, ...lines].join("\n"));
  }
}

function line(entry: Request): string {
  const body = JSON.stringify(entry.reply.body);
  const shown = body.length <= BODY_CHARACTERS_MAX ? body : `${body.slice(0, BODY_CHARACTERS_MAX)}…`;
  return `${entry.id} ${entry.at} ${entry.provider} ${entry.method} ${entry.path} -> ${entry.status} ${shown}`;
}

/** A test function that gives each test a space of its own. */
export interface CarbonTest<Context extends readonly unknown[], Result> {
  (name: string, body: (fixtures: CarbonFixtures, ...context: Context) => unknown, timeout?: number): Result;
  /** Run this test and no other. */
  only: (name: string, body: (fixtures: CarbonFixtures, ...context: Context) => unknown, timeout?: number) => Result;
  /** Do not run this test. */
  skip: (name: string, body: (fixtures: CarbonFixtures, ...context: Context) => unknown, timeout?: number) => Result;
  /** Return a test function with further options: `test.extend({ carbonOptions: { at: "2026-01-01" } })`. */
  extend: (extension: Extension) => CarbonTest<Context, Result>;
}

/** How a test runner takes a test. The body gets the name of the test, which is unique in the suite. */
export interface Runner<Context extends readonly unknown[], Result> {
  test: Register<Context, Result>;
  only: Register<Context, Result>;
  skip: Register<Context, Result>;
  unique: (name: string, ...context: Context) => string;
}

type Register<Context extends readonly unknown[], Result> = (
  name: string,
  body: (...context: Context) => Promise<void>,
  timeout?: number,
) => Result;

/** Return a test function for a test runner. */
export function carbonTest<Context extends readonly unknown[], Result>(
  runner: Runner<Context, Result>,
  options: CarbonOptions = {},
): CarbonTest<Context, Result> {
  const with_ =
    (register: Register<Context, Result>): CarbonTest<Context, Result>["only"] =>
    (name, body, timeout) =>
      register(
        name,
        async (...context) => {
          const opened = await TestSpace.open(options, runner.unique(name, ...context));
          await opened.run(() => body(opened.fixtures, ...context));
        },
        timeout,
      );
  return Object.assign(with_(runner.test), {
    only: with_(runner.only),
    skip: with_(runner.skip),
    extend: ({ carbonOptions }: Extension) => carbonTest(runner, { ...options, ...carbonOptions }),
  });
}
