// Beyond loopback the control API has a token. It is asked for once, and kept for the tab.

import { html, useState } from "./vendored.js";
import { controlHeaders, controlUrl, rememberToken } from "./api.js";
import { Dialog, Field } from "./elements.js";
import { tokenGiven } from "./store.js";

export function TokenDialog() {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState(false);
  async function submit(event) {
    event.preventDefault();
    rememberToken(token.trim());
    const reply = await fetch(controlUrl("/clock"), { headers: controlHeaders() });
    if (reply.status === 401) setWrong(true);
    else tokenGiven();
  }
  return html`<${Dialog} title="This server needs its token" onClose=${() => {}}>
    <p class="muted">Other machines can reach this server, so its control API is protected. The server prints the token when it starts.</p>
    <form class="stack" onSubmit=${submit}>
      <${Field} label="Control token">
        <input name="token" type="password" autocomplete="off" required autofocus value=${token} onInput=${(event) => setToken(event.target.value)} />
      <//>
      ${wrong && html`<div class="notice bad" role="alert">The server does not accept this token.</div>`}
      <div class="row"><button class="button primary">Continue</button></div>
    </form>
  <//>`;
}
