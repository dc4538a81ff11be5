// Population metrics: one row a part of the catalogue, one column a metric.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "hidden" }, "Part of the catalogue")),
    data.metrics.map((metric) => make("th", { scope: "col", title: metric.tip }, metric.label, make("span", { class: "soft variant" }, metric.variant))));
  const rows = data.rows.map((row) => make("tr", { class: row.main ? "main" : "slice" },
    make("th", { scope: "row", title: row.tip }, row.label, make("span", { class: "soft variant" }, row.n)),
    row.cells.map((cell) => make("td", { title: cell.tip },
      make("span", { class: "value" }, cell.value),
      cell.interval ? make("span", { class: "soft interval" }, cell.interval) : null,
      cell.change ? make("span", { class: `change is-${cell.tone}` }, cell.change, make("span", { class: "hidden" }, ` ${cell.said}`)) : null,
      cell.change_interval ? make("span", { class: "soft interval" }, cell.change_interval) : null))));
  const table = make("table", {}, make("caption", {}, data.caption), make("thead", {}, head), make("tbody", {}, rows));
  const scroll = root.querySelector(".scroll")?.scrollLeft ?? 0;
  const box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": data.caption }, table);
  const open = root.querySelector("details")?.open ?? false;
  const meaning = make("details", { open }, make("summary", {}, "What these numbers mean"),
    make("dl", {}, data.metrics.map((metric) => [make("dt", {}, metric.label, make("span", { class: "soft" }, ` ${metric.variant}`)), make("dd", {}, metric.tip)])));
  root.replaceChildren(box, make("div", { class: "under" }, make("p", { class: "exact" }, data.exact), meaning));
  box.scrollLeft = scroll;
  root.dataset.stamp = data.stamp;
}
