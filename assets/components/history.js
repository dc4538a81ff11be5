// What the user did: held-out items with their place now, then the history that the scorers know.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const top = root.querySelector(".scroll")?.scrollTop ?? 0;
  const same = root.dataset.user === data.user;
  const held = make("table", {}, make("caption", {}, data.held_caption),
    make("tbody", {}, data.held.map((row) => make("tr", { class: row.hit ? "is-hit" : null },
      make("td", { class: "place" }, row.hit ? `✓ ${row.rank}` : row.rank, make("span", { class: "hidden" }, row.hit ? ", in the list" : "")),
      make("td", {}, row.title)))));
  const history = make("table", {}, make("caption", {}, data.history_caption),
    make("tbody", {}, data.history.map((row) => make("tr", { class: row.positive ? null : "is-seen" },
      make("td", { class: "place" }, row.weight), make("td", {}, row.title, row.positive ? null : make("span", { class: "soft" }, " · seen, not liked"))))));
  const box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The user's items" },
    held, make("p", { class: "soft" }, data.held_note), history, data.more ? make("p", { class: "soft" }, data.more) : null);
  root.replaceChildren(box);
  if (same) box.scrollTop = top;
  root.dataset.user = data.user;
  root.dataset.stamp = data.stamp;
}
