// The bank of sliders: one row a scorer, with raw and effective weight, mute and solo. It only draws and tells; what the
// sliders stand at is kept by desk.js.
const MANY = 6; // sliders beyond which they stand closer
const ICONS = {
  heard: "M3 9v6h4l5 5V4L7 9H3zm13.5 3c0-1.77-1.02-3.29-2.5-4.03v8.05c1.48-.73 2.5-2.25 2.5-4.02zM14 3.23v2.06c2.89.86 5 3.54 5 6.71s-2.11 5.85-5 6.71v2.06c4.01-.91 7-4.49 7-8.77s-2.99-7.86-7-8.77z",
  muted: "M16.5 12c0-1.77-1.02-3.29-2.5-4.03v2.21l2.45 2.45c.03-.2.05-.41.05-.63zm2.5 0c0 .94-.2 1.82-.54 2.64l1.51 1.51C20.63 14.91 21 13.5 21 12c0-4.28-2.99-7.86-7-8.77v2.06c2.89.86 5 3.54 5 6.71zM4.27 3L3 4.27 7.73 9H3v6h4l5 5v-6.73l4.25 4.25c-.67.52-1.42.93-2.25 1.18v2.06c1.38-.31 2.63-.95 3.69-1.81L19.73 21 21 19.73l-9-9L4.27 3zM12 4L9.91 6.09 12 8.18V4z",
  solo: "M12 3a9 9 0 0 0-9 9v7c0 1.1.9 2 2 2h4v-8H5v-1a7 7 0 0 1 14 0v1h-4v8h4c1.1 0 2-.9 2-2v-7a9 9 0 0 0-9-9z",
  undo: "M12.5 8c-2.65 0-5.05.99-6.9 2.6L2 7v9h9l-3.62-3.62c1.39-1.16 3.16-1.88 5.12-1.88 3.54 0 6.55 2.31 7.6 5.5l2.37-.78C21.08 11.03 17.15 8 12.5 8z",
  redo: "M18.4 10.6C16.55 8.99 14.15 8 11.5 8c-4.65 0-8.58 3.03-9.96 7.22L3.9 16c1.05-3.19 4.05-5.5 7.6-5.5 1.95 0 3.73.72 5.12 1.88L13 16h9V7l-3.6 3.6z",
};

function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  drawing.show = (other) => path.setAttribute("d", ICONS[other]);
  return drawing;
}

// `told`: move(name, weight), release(), type(name, text), mute(name), solo(name).
function buildBank(scorers, told) {
  const mix = make("div", { class: "mix", "aria-hidden": "true" }, scorers.map((scorer) => paint(make("span", {}), scorer)));
  const was = make("div", { class: "mix was", title: "The baseline's weights", "aria-hidden": "true" },
    scorers.map((scorer) => paint(make("span", {}), scorer)));
  const rows = scorers.map((scorer, at) => buildFader(scorer, at, told));
  const list = make("ul", { class: scorers.length > MANY ? "bank is-many" : "bank", tabindex: scorers.length > MANY ? 0 : null, "aria-label": "Weights" }, rows);
  return { mix, was, rows, list };
}

function buildFader(scorer, at, told) {
  const row = make("li", { class: "fader", "data-scorer": scorer.name });
  row.number = make("input", { type: "number", min: 0, step: "any", inputmode: "decimal", "aria-label": `Raw weight of ${scorer.label}` });
  row.number.onchange = () => told.type(scorer.name, row.number.value);
  row.slider = make("input", { type: "range", id: `weight-${at}`, min: 0, "data-testid": "weight" });
  paint(row.slider, scorer).classList.remove("fill");
  row.slider.oninput = () => told.move(scorer.name, Number(row.slider.value));
  row.slider.onchange = () => told.release();
  row.share = make("output", { class: "share", for: `weight-${at}` });
  row.mute = make("button", { type: "button", class: "mute", "aria-pressed": "false", "aria-label": `Mute ${scorer.label}` });
  row.mute.icon = icon("heard");
  row.mute.append(row.mute.icon);
  row.mute.onclick = () => told.mute(scorer.name);
  row.solo = make("button", { type: "button", class: "solo", "aria-pressed": "false", "aria-label": `Solo ${scorer.label}` }, icon("solo"));
  row.solo.onclick = () => told.solo(scorer.name);
  row.marks = make("div", { class: "marks", "aria-hidden": "true" });
  row.note = make("p", { class: "note" });
  row.append(
    make("label", { class: "name", for: `weight-${at}`, title: scorer.label }, paint(make("span", { class: "swatch" }), scorer), scorer.label),
    row.number, row.share, make("div", { class: "slide" }, row.slider, row.marks), row.mute, row.solo, row.note);
  return row;
}

// How one row stands. share: effective weight, null where nothing counts; heard: whether this scorer counts.
function fillFader(row, scorer, { weight, top, step, share, heard, muted, solo }) {
  row.slider.max = top;
  row.slider.step = step;
  if (Number(row.slider.value) !== weight) row.slider.value = weight;
  row.slider.style.setProperty("--at", Math.min(1, weight / top));
  if (row.number !== row.getRootNode().activeElement) row.number.value = String(weight);
  const said = solo ? "solo" : muted ? "muted" : !heard ? "off" : "";
  const percent = share === null ? "–" : percentText(share);
  setText(row.share, said && !(solo && heard) ? said : percent);
  row.share.classList.toggle("is-word", Boolean(said && !(solo && heard)));
  row.slider.setAttribute("aria-valuetext", `${weight}, effective ${percent}${said ? `, ${said}` : ""}`);
  row.share.title = `Effective weight ${percent}; baseline ${percentText(scorer.baseline)}`;
  press(row.mute, muted, `${muted ? "Let" : "Mute"} ${scorer.label}${muted ? " be heard again" : ""}`);
  row.mute.icon.show(muted ? "muted" : "heard");
  press(row.solo, solo, solo ? `All scorers again, not ${scorer.label} alone` : `Hear ${scorer.label} alone`);
  row.classList.toggle("is-off", !heard);
  setText(row.note, scorer.note);
}

function fillMix(bar, shares) {
  shares.forEach((share, at) => (bar.children[at].style.width = `${100 * share}%`));
}

// Ticks where the list changes; those of other sliders hold only until one moves.
function fillMarks(row, { moves, enters }, top) {
  once(row.marks, [moves, enters, top], () => {
    const entering = new Set(enters);
    row.marks.replaceChildren(...moves.filter((weight) => weight <= top).map((weight) =>
      make("span", { class: entering.has(weight) ? "enters" : null, style: `--at: ${weight / top}` })));
  });
  row.slider.title = moves.length
    ? `This list changes at ${moves.length} weights (ticks); at ${enters.length} of them (long ticks) another item comes in` : "";
}

const NO_MARKS = { moves: [], enters: [] };

function percentText(share) {
  const percent = 100 * share;
  return share > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

function press(button, pressed, title) {
  button.setAttribute("aria-pressed", String(pressed));
  button.title = title;
}
