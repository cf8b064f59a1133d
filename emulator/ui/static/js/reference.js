// The API reference: every contract in a viewer, with this space's server and credentials filled in.

import { html, render, useEffect, useState } from "./vendored.js";
import { control, controlHeaders, controlUrl, onTokenNeeded, spaceName } from "./api.js";
import { Copy, EVIDENCE_NAMES, Evidence, Icon, Pending, Segmented, evidenceMeaning } from "./elements.js";
import { annotate } from "./annotate.js";
import { useStore, askToken } from "./store.js";
import { theme, toggleTheme } from "./theme.js";
import { TokenDialog } from "./token.js";
import "../vendored/openapi-explorer.js";

const CONTROL = "control";
const STYLED = ["openapi-explorer", "schema-table"];
const viewer = document.getElementById("viewer");
const styled = styleViewer();

function chosen() {
  return new URLSearchParams(location.search).get("api");
}

function Reference() {
  const { tokenAsked, changes } = useStore();
  const [providers, setProviders] = useState(null);
  const [error, setError] = useState(null);
  const [api, setApi] = useState(chosen());
  const [shown, setShown] = useState(theme());
  const current = api ?? providers?.[0].name;

  useEffect(() => {
    control("GET", "/providers").then((found) => {
      setProviders(found.providers);
      setError(null);
    }, setError);
  }, [changes]);
  useEffect(() => {
    const back = () => setApi(chosen());
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  useEffect(() => {
    if (providers && current) open(current, providers.find(({ name }) => name === current)).catch(setError);
  }, [providers, current, shown]);

  function choose(name) {
    if (name === current) return;
    history.pushState(null, "", `?api=${name}`);
    setApi(name);
  }
  function toggle() {
    toggleTheme();
    setShown(theme());
  }
  const provider = providers?.find(({ name }) => name === current);
  return html`
    <header class="topbar">
      <h1><a class="brand" href=${controlUrl("/")}><img src="/_emulator/ui/icon.svg" alt="" /><span>API reference</span></a></h1>
      <${Segmented} label="API" value=${current} onChange=${choose} options=${[...(providers ?? []), { name: CONTROL, title: "Control API" }].map(({ name, title }) => [name, title])} />
      <div class="spacer"></div>
      <span class="muted small space">Space <strong>${spaceName()}</strong></span>
      <button type="button" class="button quiet icon" aria-label=${`Use the ${shown === "dark" ? "light" : "dark"} theme`} onClick=${toggle}><${Icon} name=${shown === "dark" ? "sun" : "moon"} /></button>
    </header>
    <section class="reference-facts" aria-label="Credentials and badges">
      ${provider && Object.entries(provider.credentials).map(([name, value]) => html`<div class="credential"><span class="muted small">${name.replaceAll("_", " ")}</span><${Copy} text=${value} label=${`Copy the ${name.replaceAll("_", " ")}`} /></div>`)}
      <details class="legend"><summary>What the badges mean</summary><dl class="facts">${EVIDENCE_NAMES.map((name) => html`<dt><${Evidence} name=${name} /></dt><dd>${evidenceMeaning(name)}</dd>`)}</dl></details>
      ${error && html`<${Pending} error=${error} />`}
    </section>
    ${tokenAsked && html`<${TokenDialog} />`}`;
}

/** Give the viewer's elements a style sheet of ours, beside their own, and let them describe parameters at any width. */
async function styleViewer() {
  Object.defineProperty(customElements.get("api-request").prototype, "renderStyle", { get: () => "focused", set() {} });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch("/_emulator/ui/css/viewer.css")).text());
  for (const name of STYLED) customElements.get(name).elementStyles.push(sheet);
}

/** Show a contract. The viewer is an element of its own, made again for each. */
async function open(name, provider) {
  await styled;
  const contract = annotate(await control("GET", `/contracts/${name}.json`));
  document.title = `${contract.info.title} · Carbon Emulator`;
  const element = document.createElement("openapi-explorer");
  for (const [attribute, value] of Object.entries(appearance())) element.setAttribute(attribute, value);
  viewer.replaceChildren(element);
  await element.loadSpec(contract);
  for (const [scheme, token] of credentials(contract, provider)) await element.setAuthenticationConfiguration(scheme, { token });
}

function credentials(contract, provider) {
  const schemes = Object.entries(contract.components?.securitySchemes ?? {});
  const known = provider?.credentials ?? {};
  const token = controlHeaders().Authorization?.replace("Bearer ", "");
  const credential = ({ name = "" }) => (provider ? (/organi/i.test(name) ? known.organization_id : known.api_key) : token);
  return schemes.map(([id, scheme]) => [id, credential(scheme)]).filter(([, value]) => value);
}

function appearance() {
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return {
    "primary-color": color("--accent"),
    "secondary-color": color("--accent"),
    "bg-color": color("--page"),
    "header-bg-color": color("--surface"),
    "header-color": color("--text"),
    "text-color": color("--text"),
    "nav-bg-color": color("--sunken"),
    "nav-text-color": color("--muted"),
    "nav-hover-bg-color": color("--hover"),
    "nav-hover-text-color": color("--text"),
    "default-schema-tab": "model",
    "response-area-height": "320px",
    "hide-components": "true",
  };
}

onTokenNeeded(askToken);
render(html`<${Reference} />`, document.getElementById("app"));
