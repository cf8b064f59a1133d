// Beyond loopback the control API has a token. It is asked for once, and kept for the tab.

import { html, useState } from "./vendored.js";
import { controlUrl, rememberToken } from "./api.js";
import { Dialog, Field } from "./elements.js";
import { tokenGiven } from "./store.js";

export function TokenDialog() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  async function submit(event) {
    event.preventDefault();
    setProblem("");
    try {
      if (!(await isAccepted(token.trim()))) return setProblem("The server does not accept this token.");
    } catch {
      return setProblem("The server does not answer. Try again.");
    }
    rememberToken(token.trim());
    tokenGiven();
  }
  return html`<${Dialog} title="This server needs its token">
    <p class="muted">Other machines can reach this server, so its control API is protected. The server prints the token when it starts.</p>
    <form class="stack" onSubmit=${submit}>
      <${Field} label="Control token">
        <input name="token" type="password" autocomplete="off" required autofocus value=${token} onInput=${(event) => setToken(event.target.value)} />
      <//>
      ${problem && html`<div class="notice bad" role="alert">${problem}</div>`}
      <div class="row"><button class="button primary">Continue</button></div>
    </form>
  <//>`;
}

/** Whether the server takes a token. One that no header can hold is not sent. */
async function isAccepted(token) {
  if (!/^[\x20-\x7e\xa0-\xff]+$/.test(token)) return false;
  const reply = await fetch(controlUrl("/clock"), { headers: { Authorization: `Bearer ${token}` } });
  return reply.status !== 401;
}
