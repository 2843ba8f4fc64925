"use strict";
// Everything that comes from the server is put into the page as text (textContent), never as markup.
const { columns, rows, block, clusters } = JSON.parse(document.getElementById("rows").textContent);
const byId = (id) => document.getElementById(id);
const packed = document.querySelectorAll("script.block");
const unpacked = new Map();
const PAGE = 200;
const state = { sort: -1, down: false, shown: PAGE, list: rows.map((_, i) => i), spoken: null };

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function details(number) {
  if (!unpacked.has(number)) {
    const bytes = Uint8Array.from(atob(packed[number].textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    unpacked.set(number, new Response(stream).json());
  }
  return unpacked.get(number);
}

const detailOf = async (index) => (await details(Math.floor(index / block)))[index % block];

function show(column, value) {
  if (value === null || value === undefined) return "";
  if (column.type === "time") return value.slice(0, 16).replace("T", " ");
  if (column.type === "number") return value.toLocaleString("en", { maximumFractionDigits: 1 }) + (column.unit || "");
  return String(value);
}

function cell(column, value, index) {
  const attributes = { "data-label": column.title };
  if (column.type === "number") attributes.class = "number";
  const td = make("td", attributes);
  if (column.type === "id") {
    const button = make("button", { type: "button", class: "unfold", "aria-expanded": "false", "data-index": index, title: value || "" });
    button.textContent = (value || "no id").slice(0, 8);
    td.append(button);
  } else if (column.type === "list") {
    for (const name of value) td.append(make("span", { class: "chip" }, name));
  } else td.textContent = show(column, value);
  return td;
}

async function unfold(button) {
  const row = button.closest("tr");
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) return row.nextElementSibling.remove();
  const holder = make("td", { colspan: columns.length });
  row.after(make("tr", { class: "detail" }, holder));
  const call = await detailOf(Number(button.dataset.index));
  if (call.summary) holder.append(make("p", { class: "summary" }, call.summary));
  const evals = make("ul", { class: "evals" });
  for (const one of call.evals) {
    const line = make("li", one.passed === false ? { class: "fail" } : {});
    line.append(make("strong", {}, one.name), `: ${one.result}`);
    if (one.reason) line.append(make("br"), one.reason);
    evals.append(line);
  }
  if (call.evals.length) holder.append(evals);
  const turns = make("ol", { class: "turns", "aria-label": "Transcript" });
  call.turns.forEach(([who, text, at], number) => {
    const marked = call.marked.includes(number);
    const item = make("li", { class: `${who === "customer" ? "customer" : "other"}${marked ? " marked" : ""}` });
    const head = make("span", { class: "who" }, who + (at === null ? "" : ` · ${at.toFixed(1)} s`));
    if (marked) head.append(" · ", make("span", { class: "flag" }, "the turn that failed"));
    item.append(head, text);
    turns.append(item);
  });
  holder.append(call.turns.length ? turns : make("p", {}, "No transcript came with this call."));
}

function draw() {
  const body = byId("table").tBodies[0];
  body.replaceChildren(...state.list.slice(0, state.shown).map((index) =>
    make("tr", {}, ...columns.map((column, i) => cell(column, rows[index][i], index)))));
  byId("shown").textContent = `${state.list.length} of ${rows.length} calls`;
  byId("more").hidden = state.list.length <= state.shown;
}

function sorted(list) {
  if (state.sort < 0) return list;
  const key = (index) => { const value = rows[index][state.sort]; return Array.isArray(value) ? value.length : value; };
  const way = state.down ? -1 : 1;
  return [...list].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === y) return a - b;
    if (x === null) return 1;
    if (y === null) return -1;
    return way * (typeof x === "number" ? x - y : String(x).localeCompare(String(y)));
  });
}

async function spokenWords() {
  if (!state.spoken) {
    const blocks = await Promise.all([...packed].map((_, number) => details(number)));
    state.spoken = blocks.flat().map((call) => call.turns.map((turn) => turn[1]).join("\n").toLowerCase());
  }
  return state.spoken;
}

let latest = 0;
async function refresh() {
  const mine = ++latest;
  const wanted = byId("search").value.trim().toLowerCase();
  const status = byId("status").value, failed = byId("failed").value;
  const cluster = byId("cluster").value;
  const members = cluster === "" ? null : new Set(clusters[Number(cluster)][1]);
  const spoken = wanted ? await spokenWords() : [];
  if (mine !== latest) return;
  const at = Object.fromEntries(columns.map((column, i) => [column.key, i]));
  state.list = sorted(rows.flatMap((row, index) => {
    if (members && !members.has(index)) return [];
    if (status && row[at.status] !== status) return [];
    if (failed && !row[at.failed].includes(failed)) return [];
    if (wanted && !row.some((value) => String(value ?? "").toLowerCase().includes(wanted)) && !spoken[index].includes(wanted)) return [];
    return [index];
  }));
  state.shown = PAGE;
  draw();
}

function choices(id, values) {
  for (const value of [...new Set(values)].filter((one) => one !== null).sort()) {
    byId(id).append(make("option", { value }, value));
  }
}

columns.forEach((column, i) => {
  const button = make("button", { type: "button" }, column.title);
  const th = make("th", { scope: "col", "aria-sort": "none" }, button);
  button.addEventListener("click", () => {
    state.down = state.sort === i ? !state.down : column.type === "number" || column.type === "list";
    state.sort = i;
    for (const other of th.parentNode.children) other.setAttribute("aria-sort", "none");
    th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    refresh();
  });
  byId("table").tHead.rows[0].append(th);
});
const column = (key) => columns.findIndex((one) => one.key === key);
choices("status", rows.map((row) => row[column("status")]));
choices("failed", rows.flatMap((row) => row[column("failed")]));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
clusters.forEach(([name], number) => byId("cluster").append(make("option", { value: number }, name)));
byId("cluster").parentNode.hidden = clusters.length === 0;
for (const id of ["search", "status", "failed", "cluster"]) byId(id).addEventListener("input", refresh);
byId("more").addEventListener("click", () => { state.shown += PAGE; draw(); });
byId("table").addEventListener("click", (event) => { const button = event.target.closest(".unfold"); if (button) unfold(button); });
draw();
document.documentElement.dataset.ready = "yes";
