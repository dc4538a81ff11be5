// What the user did: held-out items with their place now, then the history that the scorers know.
function drawHistory(root, data) {
  root.parts ??= historySkeleton(root);
  const { box, held, heldBody, note, history, historyBody, more } = root.parts;
  if (root.dataset.user !== data.user) box.scrollTop = 0;
  root.dataset.user = data.user;
  setText(held, data.held_caption);
  setText(note, data.held_note);
  setText(history, data.history_caption);
  setText(more, data.more);
  const known = new Map([...heldBody.children].map((row) => [row.item, row]));
  arrange(heldBody, data.held.map((entry) => {
    const row = known.get(entry.item) ?? blankHeld(entry);
    row.className = entry.hit ? "is-hit" : "";
    setText(row.place, entry.hit ? `✓ ${entry.rank}` : entry.rank);
    setText(row.said, entry.hit ? " in the list" : "");
    return row;
  }));
  once(historyBody, data.history, () => historyBody.replaceChildren(...data.history.map((row) => make("tr", { class: row.positive ? null : "is-seen" },
    make("td", { class: "place" }, row.weight), make("td", {}, row.title, row.positive ? null : make("span", { class: "soft" }, " · seen, not liked"))))));
}

function historySkeleton(root) {
  const parts = { held: make("caption", {}), heldBody: make("tbody", {}), note: make("p", { class: "soft" }),
    history: make("caption", {}), historyBody: make("tbody", {}), more: make("p", { class: "soft" }) };
  parts.box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The user's items" },
    make("table", {}, parts.held, parts.heldBody), parts.note, make("table", {}, parts.history, parts.historyBody), parts.more);
  root.append(parts.box);
  return parts;
}

function blankHeld(entry) {
  const row = make("tr", {});
  row.item = entry.item;
  row.place = make("span", {});
  row.said = make("span", { class: "hidden" });
  row.append(make("td", { class: "place" }, row.place, row.said), make("td", {}, entry.title));
  return row;
}
