// The color theme: the system's, unless the user has chosen one.

const KEY = "carbon-emulator-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function theme() {
  return localStorage.getItem(KEY) ?? (system.matches ? "dark" : "light");
}

export function toggleTheme() {
  localStorage.setItem(KEY, theme() === "dark" ? "light" : "dark");
  apply();
}

function apply() {
  document.documentElement.dataset.theme = theme();
}

apply();
system.addEventListener("change", apply);
