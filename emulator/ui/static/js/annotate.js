// A contract whose evidence readers see: each description begins with a badge, and an operation's lists its rules.

const NAMES = new Set(["observed", "seed", "docs", "sdk", "inferred"]);

/** Return a copy of a contract with the evidence of operations, parameters, replies and fields in their descriptions. */
export function annotate(value) {
  if (Array.isArray(value)) return value.map(annotate);
  if (value === null || typeof value !== "object") return value;
  const copy = {};
  for (const [name, member] of Object.entries(value)) copy[name] = name === "example" || name === "examples" ? member : annotate(member);
  const evidence = value["x-evidence"];
  if (typeof evidence === "string" && NAMES.has(evidence)) {
    const rules = value["x-rules"];
    const named = Array.isArray(rules) && rules.length ? `\n\nRules: ${rules.map((rule) => `\`${rule.rule ?? rule}\``).join(", ")}` : "";
    copy.description = `![evidence: ${evidence}](/_emulator/ui/badges/${evidence}.svg) ${copy.description ?? ""}${named}`;
  }
  return copy;
}
