// A request as a curl command. The journal hides secrets: the vendor's first credential stands in for them.

const HIDDEN = "***";
const OWN_HEADERS = new Set(["host", "content-length", "connection", "accept-encoding", "user-agent"]);

export function curl(entry, provider) {
  const base = provider?.url ?? `${location.origin}/${entry.provider}`;
  const query = new URLSearchParams(entry.query).toString();
  const parts = ["curl"];
  if (entry.method === "HEAD") parts.push("--head");
  else if (entry.method !== "GET" || entry.body !== null) parts.push("-X", entry.method);
  parts.push(quoted(base + encodeURI(entry.path) + (query ? `?${query}` : "")));
  for (const [name, value] of Object.entries(entry.headers)) {
    if (!OWN_HEADERS.has(name)) parts.push("-H", quoted(`${name}: ${value.replaceAll(HIDDEN, credential(name, provider))}`));
  }
  if (entry.body !== null) parts.push("--data-raw", quoted(typeof entry.body === "string" ? entry.body : JSON.stringify(entry.body)));
  return parts.join(" ");
}

function credential(header, provider) {
  const known = provider?.credentials ?? {};
  return known.api_key ?? `YOUR_${header.toUpperCase().replaceAll("-", "_")}`;
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
