// What the portal's page knows: Defender's books, who I am, and what I have begun to change.

const query = new URLSearchParams(location.search);
const TABS = ["alerts", "incidents", "graph"];

export const books = {
  people: [],
  alerts: [],
  incidents: [],
  log: [],
  calls: [],
  faults: [],
  counts: { alerts: 0, incidents: 0 },
  app: "Tocsin",
  offset: 0,
  me: query.get("as") ?? "bo",
  theme: query.get("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  tab: TABS.includes(query.get("tab")) ? query.get("tab") : "alerts",
  at: { alerts: query.get("alert"), incidents: query.get("incident"), graph: null },
  pane: query.get("alert") || query.get("incident") ? "item" : "list",
  words: "",
  status: "",
  draft: {}, // what stands in the form and is not saved: "alert id/field" -> value
};

export const me = () => books.people.find((p) => p.key === books.me);
export const become = (key) => { books.me = key; remember(); };
export const now = () => new Date(Date.now() + books.offset * 1000);

export function pick(tab, id, pane) {
  books.tab = tab;
  if (id !== undefined) books.at[tab] = id;
  books.pane = pane;
}

export function remember() {
  const url = new URL(location.href);
  const wanted = { as: books.me, tab: books.tab, alert: books.tab === "alerts" ? books.at.alerts : null, incident: books.tab === "incidents" ? books.at.incidents : null };
  for (const [name, value] of Object.entries(wanted)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  history.replaceState(null, "", url);
}

export const words = {
  status: { unknown: "Unknown", new: "New", inProgress: "In progress", resolved: "Resolved", active: "Active", redirected: "Merged", awaitingAction: "Awaiting action" },
  severity: { high: "High", medium: "Medium", low: "Low", informational: "Informational" },
  investigation: {
    queued: "Queued", running: "Running", pendingApproval: "Waits for approval", successfullyRemediated: "Remediated", benign: "No threats found",
    failed: "Failed", partiallyRemediated: "Partly remediated", terminatedByUser: "Ended by somebody", unsupportedAlertType: "Not for this type",
  },
};

// Classification and determination are one choice, as in the portal.
const VERDICTS = {
  "True positive": ["truePositive", { multiStagedAttack: "Multistage attack", maliciousUserActivity: "Malicious user activity", compromisedAccount: "Compromised account",
    malware: "Malware", phishing: "Phishing", unwantedSoftware: "Unwanted software", other: "Other" }],
  "Informational, expected activity": ["informationalExpectedActivity", { securityTesting: "Security test", lineOfBusinessApplication: "Line-of-business application",
    confirmedActivity: "Confirmed activity", other: "Other" }],
  "False positive": ["falsePositive", { notMalicious: "Not malicious", notEnoughDataToValidate: "Not enough data to validate", other: "Other" }],
};

export const verdict = (one) => `${one.classification ?? "unknown"}/${one.determination ?? "unknown"}`;

export function verdicts() {
  const groups = [["", [["unknown/unknown", "Not set"]]]];
  for (const [label, [classification, kinds]] of Object.entries(VERDICTS)) {
    groups.push([label, [[`${classification}/unknown`, label], ...Object.entries(kinds).map(([kind, name]) => [`${classification}/${kind}`, `${label}: ${name}`])]]);
  }
  return groups;
}

export function who(name) {
  if (!name) return "Nobody";
  return books.people.find((p) => p.upn === name)?.name ?? name;
}

export function when(iso) {
  const zone = { timeZone: me()?.timezone };
  const moment = new Date(iso);
  const day = (date) => date.toLocaleDateString("en-GB", zone);
  const clock = moment.toLocaleTimeString("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return day(moment) === day(now()) ? clock : `${moment.toLocaleDateString("en-GB", { ...zone, day: "numeric", month: "short" })}, ${clock}`;
}
