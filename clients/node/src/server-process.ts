/** A server in a process of its own, which ends with this one. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import { secondsText } from "./durations.js";

/** How to start a server. */
export interface StartOptions {
  /** The command; by default `carbon-emulator` from PATH, or else `uvx carbon-emulator`. */
  command?: readonly string[];
  /** The port; by default a free one. */
  port?: number;
  /** The seed that all ids follow from. */
  seed?: number;
  /** A directory with your own fixtures, see `carbon-emulator fixtures init`. */
  fixtures?: string;
  /** The token that the control API requires; the server makes one up if it listens beyond this machine. */
  token?: string;
  /** A file that the default space is restored from, as `carbon-emulator snapshot save` writes it. */
  snapshot?: string;
  /** Further options of `carbon-emulator serve`, such as `["--journal-max", "5000"]`. */
  args?: readonly string[];
  /** How long to wait for the server, in seconds. `uvx` may have to download it first. */
  timeout?: number;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const COMMANDS: ReadonlyArray<readonly string[]> = [["carbon-emulator"], ["uvx", "carbon-emulator"]];
const START_SECONDS_MAX = 120;
const STOP_SECONDS_MAX = 5;
const OUTPUT_CHARACTERS_MAX = 4000;
const MISSING =
  "neither carbon-emulator nor uvx is on PATH: install one with `pip install carbon-emulator` or " +
  "https://docs.astral.sh/uv/, or name the command: CarbonEmulator.start({ command: [...] })";

/** Return what to do if a command did not start a server. */
function hints(command: readonly string[]): string[] {
  return command[0] === "uvx" ? ["carbon-emulator is not on PATH, so uvx was tried; `pip install carbon-emulator` puts it there"] : [];
}

/** A running server: where it is, and the token of its control API if it requires one. */
export class ServerProcess {
  private constructor(
    private readonly child: Child,
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  /** Start a server, and wait until it is ready. Rejects with Error, which has what the server printed. */
  static async start(options: StartOptions): Promise<ServerProcess> {
    for (const command of options.command ? [options.command] : COMMANDS) {
      const child = await spawned([...command, ...serveArguments(options)]);
      if (child) {
        return ServerProcess.ready(child, command, options);
      }
    }
    throw new Error(options.command ? `${options.command.join(" ")} is not on PATH` : MISSING);
  }

  private static async ready(child: Child, command: readonly string[], options: StartOptions): Promise<ServerProcess> {
    const { token, timeout = START_SECONDS_MAX } = options;
    let [output, errors] = ["", ""];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-OUTPUT_CHARACTERS_MAX);
    });
    const url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill();
        reject(new Error(`Carbon Emulator was not ready within ${secondsText(timeout)}\n${errors}`));
      }, timeout * 1000);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
        const found = /^(https?:\/\/\S+)\r?\n/m.exec(output)?.[1];
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
      });
      child.once("close", (code) => {
        clearTimeout(timer);
        reject(new Error([`${command.join(" ")} ended with exit code ${code}`, errors.trim(), ...hints(command)].join("\n")));
      });
    });
    child.removeAllListeners("close");
    letProcessEnd(child);
    const printed = /^control token: (\S+)/m.exec(output)?.[1];
    return new ServerProcess(child, url, token ?? printed ?? process.env["CARBON_EMULATOR_CONTROL_TOKEN"]);
  }

  /** Stop the server, and wait for its end. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS_MAX * 1000);
      child.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      child.ref();
      child.stdin.end(); // which reaches the server through uvx, too
      child.kill();
    });
  }
}

/**
 * Return the arguments of a server that ends when this process does. Its standard input is a pipe of this process: the
 * system closes it however this process ends, by SIGKILL too.
 */
function serveArguments(options: StartOptions): string[] {
  const { port = 0, seed, fixtures, snapshot, token, args = [] } = options;
  const given = { seed, fixtures, snapshot, "control-token": token };
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]));
  return ["serve", "--port", `${port}`, "--exit-with-parent", ...named, ...args];
}

/** Start a command; undefined if there is no such command. */
function spawned([command, ...args]: readonly string[]): Promise<Child | undefined> {
  const child = spawn(command as string, args, { stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child));
    child.once("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve(undefined) : reject(error)));
  });
}

/** Do not keep this process alive for the sake of a server, and show what the server reports from now on. */
function letProcessEnd(child: Child): void {
  child.stderr.removeAllListeners("data").on("data", (text: string) => process.stderr.write(text));
  child.stdout.removeAllListeners("data").resume();
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    (stream as unknown as { unref?: () => void }).unref?.();
  }
}
