// A contract as the viewer shows it best: with its evidence in each description, and no member hidden by a condition.

const NAMES = new Set(["observed", "seed", "docs", "sdk", "inferred"]);
const COMBINATIONS = ["allOf", "oneOf", "anyOf"];
const CONTENT = ["$ref", "type", "properties", "items", "enum", "const", ...COMBINATIONS];

/** Return a copy of a contract with the evidence of operations, parameters, replies and fields in their descriptions. */
export function annotate(value) {
  if (Array.isArray(value)) return value.map(annotate);
  if (value === null || typeof value !== "object") return value;
  let copy = {};
  for (const [name, member] of Object.entries(value)) copy[name] = name === "example" || name === "examples" ? member : annotate(member);
  if (isObject(copy.properties)) copy = withoutConditions(copy);
  const evidence = value["x-evidence"];
  if (typeof evidence === "string" && NAMES.has(evidence)) {
    const rules = value["x-rules"];
    const named = Array.isArray(rules) && rules.length ? `\n\nRules: ${rules.map((rule) => `\`${rule.rule ?? rule}\``).join(", ")}` : "";
    copy.description = `![evidence: ${evidence}](/_emulator/ui/badges/${evidence}.svg) ${copy.description ?? ""}${named}`;
  }
  return copy;
}

/**
 * Return a schema without combinations beside its properties, of which the viewer would show nothing: those that only
 * demand members are left out, as descriptions have them in words, and others follow the properties in an `allOf`.
 */
function withoutConditions(schema) {
  const whole = { ...schema };
  const others = [];
  for (const name of COMBINATIONS.filter((each) => Array.isArray(schema[each]))) {
    delete whole[name];
    const branches = schema[name].filter((branch) => CONTENT.some((member) => member in branch));
    if (branches.length) others.push(...(name === "allOf" ? branches : [{ [name]: branches }]));
  }
  if (!others.length) return whole;
  const { title, description, ...properties } = whole;
  return { ...(title && { title }), ...(description && { description }), allOf: [properties, ...others] };
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
