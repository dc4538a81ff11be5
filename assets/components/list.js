// One user's list: rows keep their element while their item stays, so that they glide to their new place.
const MOVES = { up: "▲", down: "▼", same: "·", new: "✦" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function drawList(root, data, explain) {
  root.parts ??= listSkeleton(root);
  const { caption, legend, body, foot } = root.parts;
  setText(caption, data.caption);
  once(legend, data.scorers, () => legend.replaceChildren(...(data.scorers.length ? [] : [make("li", {}, "These scores are no sum, so they have no parts")]),
    ...data.scorers.map((scorer) => make("li", {}, paint(make("span", { class: "swatch" }), scorer), scorer.label)),
    ...(data.scorers.length ? [make("li", {}, make("span", { class: "swatch fill no-opinion", style: "--c: currentColor" }), "no opinion, counts as neutral")] : [])));
  root.classList.toggle("is-whole", data.scorers.length === 0);
  const known = new Map([...body.children].map((row) => [row.item, row]));
  const order = [...known.keys()].join();
  const moves = !calm.matches && known.size > 0 && order !== data.rows.map((entry) => entry.item).join();
  // where a row is seen now, which is on its way while it still glides
  const tops = moves ? new Map([...body.children].map((row) => [row.item, row.getBoundingClientRect().top])) : null;
  const scale = scaleOf(data.rows);
  const rows = data.rows.map((entry) => fillRow(known.get(entry.item) ?? blankRow(entry.item), entry, data.scorers, scale, explain));
  arrange(body, rows);
  setText(foot, data.footer);
  if (moves) glide(rows, tops);
}

// Rows that stay glide to their new place, new ones fade in.
function glide(rows, tops) {
  rows.forEach((row) => row.gliding?.cancel());
  const shifts = rows.map((row) => (tops.has(row.item) ? tops.get(row.item) - row.getBoundingClientRect().top : null));
  rows.forEach((row, at) => {
    if (shifts[at] === null) row.gliding = row.animate([{ opacity: 0.2 }, { opacity: 1 }], 200);
    else if (shifts[at]) row.gliding = row.animate([{ transform: `translateY(${shifts[at]}px)` }, { transform: "none" }], { duration: 200, easing: "ease-out" });
  });
}

function listSkeleton(root) {
  const caption = make("span", {});
  const legend = make("ul", { class: "legend", "aria-label": "Parts of the bars" });
  const body = make("tbody", { role: "rowgroup" });
  const foot = make("p", { class: "soft foot" });
  const heads = [["#", "rank"], ["Change", "move"], ["Title", "title"], ["Parts of the score", "bar"], ["Score", "score"]];
  const head = make("tr", { role: "row" }, heads.map(([text, name]) => make("th", { scope: "col", role: "columnheader", class: name }, text)));
  root.append(make("table", { role: "table" }, make("caption", {}, caption, legend), make("thead", { role: "rowgroup" }, head), body), foot);
  return { caption, legend, body, foot };
}

function blankRow(item) {
  const row = make("tr", { role: "row" });
  const cell = (row.cell = {});
  for (const name of ["rank", "move", "title", "bar", "score"]) {
    cell[name] = make("td", { class: name, role: "cell" });
    row.append(cell[name]);
  }
  row.item = item;
  row.link = make("a", {});
  row.detail = make("span", { class: "soft detail" });
  row.hit = make("span", { class: "hit" });
  cell.title.append(make("div", { class: "name" }, row.link), make("div", {}, row.hit, row.detail));
  row.track = make("div", { class: "track", role: "img" });
  cell.bar.append(row.track);
  row.arrow = make("span", { "aria-hidden": "true" });
  row.spoken = make("span", { class: "hidden" });
  cell.move.append(row.arrow, row.spoken);
  return row;
}

function fillRow(row, entry, scorers, scale, explain) {
  setText(row.cell.rank, String(entry.rank));
  row.cell.move.className = `move is-${entry.move.kind}`;
  setText(row.arrow, `${MOVES[entry.move.kind]} ${entry.move.text}`.trim());
  setText(row.spoken, entry.move.said);
  row.cell.move.title = entry.move.said;
  setText(row.link, entry.title);
  // a list of somebody whom no other page knows has nowhere to lead
  if (!entry.href) row.link.removeAttribute("href");
  else if (row.link.getAttribute("href") !== entry.href) row.link.setAttribute("href", entry.href);
  row.link.title = entry.href ? `Why is this here? Explain ${entry.title}` : "";
  row.link.onclick = (event) => {
    if (!entry.href || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    explain(entry.item);
  };
  setText(row.detail, entry.detail);
  setText(row.hit, entry.held_out ? "✓ held-out hit" : "");
  row.classList.toggle("is-hit", entry.held_out);
  setText(row.cell.score, entry.score);
  const said = entry.parts.map((part, position) => `${scorers[position].label} ${part.text}`).join(", ");
  row.track.setAttribute("aria-label", said);
  row.track.title = said;
  row.track.hidden = entry.parts.length === 0;
  while (row.track.children.length < entry.parts.length) row.track.append(make("span", { class: "part" }));
  let right = 0;
  let left = 0;
  entry.parts.forEach((part, position) => {
    const piece = paint(row.track.children[position], scorers[position]);
    const start = part.value >= 0 ? right : left + part.value;
    if (part.value >= 0) right += part.value;
    else left += part.value;
    piece.classList.toggle("no-opinion", !part.opinion);
    piece.style.left = `${(100 * (start - scale.low)) / scale.width}%`;
    piece.style.width = `${(100 * Math.abs(part.value)) / scale.width}%`;
  });
  row.track.style.setProperty("--zero", `${(-100 * scale.low) / scale.width}%`);
  return row;
}

// From the longest bar to the left of 0 to the longest to the right.
function scaleOf(rows) {
  let low = 0;
  let high = 0;
  for (const { parts } of rows) {
    low = Math.min(low, parts.reduce((sum, part) => sum + Math.min(part.value, 0), 0));
    high = Math.max(high, parts.reduce((sum, part) => sum + Math.max(part.value, 0), 0));
  }
  return { low, width: high - low || 1 };
}
