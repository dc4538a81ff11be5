// Population metrics: one row a part of the catalogue, one column a metric. Built once, then only its texts change.
function drawStrip(root, data) {
  once(root, [data.caption, data.metrics, data.rows.map(({ label, tip, main }) => [label, tip, main])], () => buildStrip(root, data));
  data.rows.forEach((row, at) => {
    setText(root.counts[at], row.n);
    row.cells.forEach((cell, column) => fillCell(root.cells[at][column], cell));
  });
  setText(root.exact, data.exact);
}

function buildStrip(root, data) {
  root.counts = data.rows.map(() => make("span", { class: "soft variant" }));
  root.cells = data.rows.map((row) => row.cells.map(blankCell));
  root.exact = make("p", { class: "exact" });
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "hidden" }, "Part of the catalogue")),
    data.metrics.map((metric) => make("th", { scope: "col", title: metric.tip }, metric.label, make("span", { class: "soft variant" }, metric.variant))));
  const rows = data.rows.map((row, at) => make("tr", { class: row.main ? "main" : "slice" },
    make("th", { scope: "row", title: row.tip }, row.label, root.counts[at]), root.cells[at]));
  const meaning = make("details", {}, make("summary", {}, "What these numbers mean"),
    make("dl", {}, data.metrics.map((metric) => [make("dt", {}, metric.label), make("dd", {}, metric.tip)]),
      data.rows.map((row) => [make("dt", {}, row.label), make("dd", {}, row.tip)])));
  root.replaceChildren(
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": data.caption },
      make("table", {}, make("caption", {}, data.caption), make("thead", {}, head), make("tbody", {}, rows))),
    make("div", { class: "under" }, root.exact, meaning));
}

function blankCell() {
  const cell = make("td", {});
  cell.texts = ["value", "soft interval", "change", "soft interval"].map((kind) => make("span", { class: kind }));
  cell.said = make("span", { class: "hidden" });
  cell.append(...cell.texts, cell.said);
  return cell;
}

function fillCell(cell, { value, interval, change, change_interval, said, tone, tip }) {
  [value, interval, change, change_interval].forEach((text, at) => setText(cell.texts[at], text ?? ""));
  cell.texts[2].className = `change is-${tone}`;
  setText(cell.said, said ?? "");
  cell.title = tip;
}
