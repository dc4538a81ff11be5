// Raw weights of the sliders and what they come to.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const bar = make("div", { class: "mix", "aria-hidden": "true" }, data.scorers.map((scorer) => {
    const part = paint(make("span", {}), scorer);
    part.style.width = `${100 * scorer.share}%`;
    return part;
  }));
  const table = make("table", {}, make("caption", { class: "hidden" }, "Weights"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Scorer"), make("th", { scope: "col" }, "raw"), make("th", { scope: "col" }, "effective"), make("th", { scope: "col" }, "baseline"))),
    make("tbody", {}, data.scorers.map((scorer) => make("tr", {},
      make("th", { scope: "row" }, paint(make("span", { class: "swatch" }), scorer), scorer.label), make("td", {}, scorer.raw), make("td", {}, scorer.effective), make("td", { class: "soft" }, scorer.baseline)))));
  root.replaceChildren(bar, table);
}
