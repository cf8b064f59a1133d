// The dashboard: the frame around the page that the address names.

import { html, render, useEffect, useState } from "./vendored.js";
import { controlUrl, decoded, onTokenNeeded, prefixOf, spaceName } from "./api.js";
import { ClockDialog, ClockChip } from "./clock.js";
import { Dialog, Icon, Toasts } from "./elements.js";
import { Shortcuts, useShortcuts } from "./shortcuts.js";
import { Story } from "./story.js";
import { askToken, start, useStore } from "./store.js";
import { theme, toggleTheme } from "./theme.js";
import { TokenDialog } from "./token.js";
import { PAGES, GROUPS } from "./pages.js";

function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    addEventListener("popstate", changed);
    return () => {
      removeEventListener("hashchange", changed);
      removeEventListener("popstate", changed);
    };
  }, []);
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decoded);
  return { name: Object.hasOwn(PAGES, name) ? name : "overview", rest, query: new URLSearchParams(query) };
}

function App() {
  const route = useRoute();
  const { tokenAsked, space } = useStore();
  const [menuOpen, setMenuOpen] = useState(false);
  const [dialog, setDialog] = useState(null);
  useShortcuts(() => setDialog("shortcuts"));
  useEffect(() => {
    setMenuOpen(false);
    document.title = `${PAGES[route.name].title} · Carbon Emulator`;
    scrollTo(0, 0);
  }, [route.name]);
  useEffect(() => {
    const pressed = (event) => {
      if (event.key !== "Escape" || !document.querySelector(".sidebar.open")) return;
      setMenuOpen(false);
      document.querySelector(".menu-button").focus();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  const { view: View, wide } = PAGES[route.name];
  return html`
    <a class="skip-link" href="#main" onClick=${skip}>Skip to content</a>
    <div class="frame">
      <${Sidebar} current=${route.name} open=${menuOpen} onChosen=${() => setMenuOpen(false)} />
      ${menuOpen && html`<button class="scrim" aria-label="Close menu" onClick=${() => setMenuOpen(false)}></button>`}
      <div class="main">
        <${TopBar} onMenu=${() => setMenuOpen(!menuOpen)} menuOpen=${menuOpen} onDialog=${setDialog} />
        <main id="main" tabindex="-1" class=${`page ${wide ? "wide" : ""}`} ><${Story} brief=${route.name !== "overview"} /><${View} route=${route} key=${`${space}/${route.name}?${route.query}`} /></main>
      </div>
    </div>
    ${dialog === "clock" && html`<${ClockDialog} onClose=${() => setDialog(null)} />`}
    ${dialog === "shortcuts" && html`<${Dialog} title="Keyboard shortcuts" onClose=${() => setDialog(null)}><${Shortcuts} /><//>`}
    ${tokenAsked && html`<${TokenDialog} />`}
    <${Toasts} />`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Sidebar({ current, open, onChosen }) {
  const { entries, space } = useStore();
  return html`<nav class=${`sidebar ${open ? "open" : ""}`} aria-label="Pages" id="menu">
    <a class="brand" href="#overview"><img src="/_emulator/ui/icon.svg" alt="" /><span>Carbon Emulator<small>five vendors, locally</small></span></a>
    ${GROUPS.map(
      ({ title, names }) => html`<div class="nav-group"><h2>${title}</h2>
        ${names.map((name) => html`<a class="nav-link" href=${`#${name}`} aria-current=${name === current ? "page" : undefined} onClick=${onChosen}>
          <${Icon} name=${name} />${PAGES[name].title}${name === "requests" && entries.length > 0 && html`<span class="count number">${entries.length}</span>`}
        </a>`)}
        ${title === "Reference" && html`<a class="nav-link" href=${controlUrl("/docs", space)}><${Icon} name="docs" />API reference</a>`}
      </div>`,
    )}
    <div class="sidebar-foot">Press <kbd>?</kbd> for shortcuts</div>
  </nav>`;
}

function TopBar({ onMenu, menuOpen, onDialog }) {
  const { live, space } = useStore();
  const [shown, setShown] = useState(theme());
  function toggle() {
    toggleTheme();
    setShown(theme());
  }
  return html`<header class="topbar">
    <button type="button" class="button quiet icon menu-button" aria-label="Menu" aria-expanded=${menuOpen} aria-controls="menu" onClick=${onMenu}><${Icon} name="menu" /></button>
    <${SpacePicker} space=${space} />
    <div class="spacer"></div>
    <span class=${`live ${live ? "" : "off"}`} role="status"><span>${live ? "Live" : "Reconnecting…"}</span></span>
    <${ClockChip} onClick=${() => onDialog("clock")} />
    <button type="button" class="button quiet icon" aria-label="Keyboard shortcuts" onClick=${() => onDialog("shortcuts")}><${Icon} name="question" /></button>
    <button type="button" class="button quiet icon" aria-label=${`Use the ${shown === "dark" ? "light" : "dark"} theme`} onClick=${toggle}><${Icon} name=${shown === "dark" ? "sun" : "moon"} /></button>
  </header>`;
}

function SpacePicker({ space }) {
  return html`<a class="button quiet space-picker" href="#spaces" title=${space}><${Icon} name="spaces" /><span class="space-label muted">Space</span> <strong>${space}</strong></a>`;
}

let space = spaceName();

function spaceChanged() {
  if (spaceName() === space) return;
  space = spaceName();
  start();
}

// Another space is another address, shown without loading the page again.
addEventListener("open-space", ({ detail }) => {
  history.pushState(null, "", `${prefixOf(detail.name)}/_emulator/${detail.hash}`);
  spaceChanged();
  dispatchEvent(new PopStateEvent("popstate"));
});
addEventListener("popstate", spaceChanged);
onTokenNeeded(askToken);
start();
render(html`<${App} />`, document.getElementById("app"));
