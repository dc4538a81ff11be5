// Raw weights of the sliders and what they come to.
export default function ({ data: json, parentElement }) {
  const data = JSON.parse(json);
  const root = parentElement.querySelector(".root");
  once(root, data.scorers.map(({ label, color, pattern }) => [label, color, pattern]), () => buildMix(root, data.scorers));
  data.scorers.forEach((scorer, at) => {
    root.shares[at].style.width = `${100 * scorer.share}%`;
    ["raw", "effective", "baseline"].forEach((name, column) => setText(root.cells[at][column], scorer[name]));
  });
  setText(root.settings, data.settings);
}

function buildMix(root, scorers) {
  root.shares = scorers.map((scorer) => paint(make("span", {}), scorer));
  root.cells = scorers.map(() => [make("td", {}), make("td", {}), make("td", { class: "soft" })]);
  root.settings = make("p", { class: "soft" });
  const heads = ["Scorer", "raw", "effective", "baseline"];
  const rows = scorers.map((scorer, at) => make("tr", {},
    make("th", { scope: "row" }, paint(make("span", { class: "swatch" }), scorer), scorer.label), root.cells[at]));
  root.replaceChildren(
    make("div", { class: "mix", "aria-hidden": "true" }, root.shares),
    make("table", {}, make("caption", { class: "hidden" }, "Weights"),
      make("thead", {}, make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, rows)),
    root.settings);
}
