/// <reference lib="esnext.disposable" />
/** A server, started here or found elsewhere. */

import type * as contract from "./contract.js";
import { ControlClient } from "./control-client.js";
import { ServerProcess, type StartOptions } from "./server-process.js";
import { Space } from "./space.js";

/** A server, which is also its space `default`. */
export class CarbonEmulator extends Space {
  private constructor(
    client: ControlClient,
    providers: readonly contract.Provider[],
    private readonly server?: ServerProcess,
  ) {
    super(client, providers);
  }

  /**
   * Start a server in a process of its own, on a free port. It ends with `stop()`, at the end of `await using`, and
   * when this process ends, even by SIGKILL; it does not keep this process alive.
   */
  static async start(options: StartOptions = {}): Promise<CarbonEmulator> {
    const server = await ServerProcess.start(options);
    try {
      return await CarbonEmulator.reach(server.url, server.token, server);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Use a running server. `token` is that of its control API, if it requires one. Rejects with Refused or NoReply. */
  static async connect(url: string, token?: string): Promise<CarbonEmulator> {
    return CarbonEmulator.reach(url, token);
  }

  private static async reach(url: string, token?: string, server?: ServerProcess): Promise<CarbonEmulator> {
    const client = new ControlClient(url, "default", token);
    return new CarbonEmulator(client, (await client.call("GET /providers")).providers, server);
  }

  override toString(): string {
    return `<emulator at ${this.url}>`;
  }

  /** The token of the control API, if the server that was started requires one. */
  get token(): string | undefined {
    return this.server?.token;
  }

  /** Stop the server if it was started here, and wait for its end. */
  async stop(): Promise<void> {
    await this.server?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
