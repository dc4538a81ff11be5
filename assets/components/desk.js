// The desk: sliders, and the list that follows them at every frame. What the server answered last is drawn again when
// it answers; what the sliders stand at between two answers is kept here.
const KEY_REST = 250; // milliseconds after the last key press at a slider, if the key is not let go before
const PATIENCE = 4000; // milliseconds after which an answer to something else is taken as the answer

export default function ({ data: json, parentElement, setStateValue, setTriggerValue }) {
  const page = parentElement.querySelector(".desk-page");
  page.desk ??= openDesk(page);
  page.desk.send = (move) => setStateValue("move", move);
  page.desk.explain = (item) => setTriggerValue("explain", item);
  page.desk.take(JSON.parse(json));
  return () => page.desk.close();
}

function openDesk(page) {
  const part = (name) => page.querySelector(`[data-testid="${name}"]`);
  const [root, strip, list, history] = ["desk", "metric-strip", "ranked-list", "history"].map(part);
  const desk = { send: null, explain: null, take, close };
  let data = null; // the last answer
  let pool = null; // the user's pool, opened
  let bank = null;
  let weights = {}; // raw, by scorer
  let muted = new Set();
  let solo = new Set();
  let top = 1;
  let turn = null; // number of the last thing asked for
  let held = null; // the scorer whose slider is moved, or "" for something else that is not handed over yet
  let frame = 0;
  let resting = 0;
  let patience = 0;
  let key = false;
  const tools = buildTools(ask, choose);
  const status = make("p", { class: "status", role: "status" });
  const line = make("p", { class: "soft line" });
  root.addEventListener("keydown", shortcut);
  root.addEventListener("keyup", () => { key = false; if (resting) release(); });
  addEventListener("pointerup", letGo, true);
  addEventListener("pointercancel", letGo, true);
  return desk;

  // An answer of the server. One to an earlier question changes no slider.
  function take(answer) {
    const first = data === null;
    data = answer;
    pool = data.live && openPool(data.live, data.desk.scorers.length);
    turn ??= data.turn;
    once(root, data.desk.scorers.map(({ name, label, color, pattern }) => [name, label, color, pattern]), () => {
      bank = buildBank(data.desk.scorers, { move, release, type, mute, solo: soloOf });
      root.replaceChildren(make("div", { class: "top" }, tools.bar, make("div", { class: "told" }, status, line), bank.mix, bank.was), bank.list);
      held = null;
    });
    if (first || (held === null && data.turn === turn)) adopt();
    else {
      clearTimeout(patience);
      if (held === null) patience = setTimeout(() => { turn = data.turn; if (held === null) adopt(); }, PATIENCE);
      draw();
    }
  }

  function adopt() {
    clearTimeout(patience);
    const { scorers } = data.desk;
    weights = Object.fromEntries(scorers.map(({ name, weight }) => [name, weight]));
    muted = new Set(scorers.filter((scorer) => scorer.muted).map(({ name }) => name));
    solo = new Set(scorers.filter((scorer) => scorer.solo).map(({ name }) => name));
    top = data.desk.top;
    drawFaders();
    drawStrip(strip, data.metrics);
    drawList(list, data.list, (item) => desk.explain(item));
    drawHistory(history, data.history);
    tools.fill(data.desk);
    setText(line, data.desk.line);
    setText(status, data.desk.problem);
    status.classList.toggle("is-problem", Boolean(data.desk.problem));
    const old = Boolean(data.desk.problem);
    for (const panel of [strip, list, history]) {
      panel.dataset.stamp = data.stamp;
      panel.classList.toggle("is-waiting", old);
      delete panel.dataset.live;
    }
    strip.dataset.note = old ? "As before" : "";
  }

  function heard(name) {
    return solo.size ? solo.has(name) : !muted.has(name);
  }

  function counts() {
    return data.desk.scorers.map(({ name }) => (heard(name) ? weights[name] : 0));
  }

  function drawFaders() {
    const { scorers, step } = data.desk;
    const shares = effectiveWeights(counts());
    scorers.forEach((scorer, at) => {
      const { name } = scorer;
      fillFader(bank.rows[at], scorer, { weight: weights[name], top, step: (step * top) / data.desk.top,
        share: shares && shares[at], heard: heard(name), muted: muted.has(name), solo: solo.has(name) });
      fillMarks(bank.rows[at], held === null || held === name ? scorer.marks : NO_MARKS, top);
    });
    fillMix(bank.mix, shares ?? scorers.map(() => 0));
    fillMix(bank.was, scorers.map(({ baseline }) => baseline));
    bank.was.classList.toggle("is-same", data.desk.at_baseline && held === null);
    return shares;
  }

  // One frame: the list that the sliders make now, where the browser can make it.
  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    const shares = drawFaders();
    const follows = pool !== null && shares !== null;
    if (follows) {
      const raw = Object.fromEntries(data.desk.scorers.map(({ name }, at) => [name, counts()[at]]));
      drawList(list, liveList(pool, data.desk.fixed ?? shares, raw, data.list), (item) => desk.explain(item));
      list.dataset.live = Object.entries(raw).map(([name, weight]) => `${name}=${weight}`).join();
    }
    list.classList.toggle("is-waiting", !follows);
    strip.classList.add("is-waiting");
    history.classList.add("is-waiting");
    const said = shares === null ? data.desk.silent
      : held === null ? "Computing the figures of all users…"
      : follows && data.desk.fixed ? "This user has weights of their own. The figures follow on release."
      : follows ? "The list follows. The figures follow on release."
      : `List and figures follow on release: ${data.desk.why_not}.`;
    setText(status, said);
    status.classList.toggle("is-problem", shares === null);
    strip.dataset.note = shares === null ? "As before" : held === null ? "Computing…" : "Follows on release";
  }

  function soon() {
    frame ||= requestAnimationFrame(draw);
  }

  function move(name, weight) {
    held = name;
    weights[name] = weight;
    soon();
  }

  // A slider was let go; a key that is still down waits for its own release.
  function release() {
    clearTimeout(resting);
    resting = 0;
    if (key) resting = setTimeout(() => { key = false; release(); }, KEY_REST);
    else if (held !== null) hand();
  }

  // A slider that is let go where it was taken tells no change.
  function letGo() {
    if (held) setTimeout(() => { if (held && !key) hand(); });
  }

  function hand() {
    held = null;
    ask({ weights, muted: [...muted], solo: [...solo] });
  }

  function ask(what) {
    turn += 1;
    desk.send({ turn, ...what });
    if (what.weights) draw();
  }

  function type(name, text) {
    const weight = Number(text);
    if (text.trim() !== "" && weight >= 0 && weight <= data.desk.most) {
      weights[name] = weight;
      top = Math.max(top, weight);
      hand();
    } else {
      bank.rows[data.desk.scorers.findIndex((scorer) => scorer.name === name)].number.value = String(weights[name]);
      setText(status, `A weight is a number from 0 to ${data.desk.most.toLocaleString("en-US")}.`);
    }
  }

  function mute(name) {
    if (!muted.delete(name)) muted.add(name);
    hand();
  }

  function soloOf(name) {
    if (!solo.delete(name)) solo.add(name);
    hand();
  }

  function choose(chosen) {
    weights = Object.fromEntries(data.desk.scorers.map(({ name }) => [name, chosen[name] ?? 0]));
    top = Math.max(top, ...Object.values(weights));
    muted.clear();
    solo.clear();
    hand();
  }

  function shortcut(event) {
    const range = event.target.type === "range";
    if (range && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "Tab") key = true;
    // in a field with a number the browser undoes what was typed
    if (event.target.type === "number" || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const letter = event.key.toLowerCase();
    const action = letter === "y" || (letter === "z" && event.shiftKey) ? "redo" : letter === "z" ? "undo" : null;
    if (action === null) return;
    event.preventDefault();
    if (data.desk[action]) ask({ do: action });
  }

  function close() {
    cancelAnimationFrame(frame);
    clearTimeout(resting);
    clearTimeout(patience);
    removeEventListener("pointerup", letGo, true);
    removeEventListener("pointercancel", letGo, true);
  }
}

// Presets, reset, undo and redo.
function buildTools(ask, choose) {
  const presets = buildMenu("Presets");
  const reset = buildMenu("Reset");
  const step = (name, title) => {
    const button = make("button", { type: "button", class: "tool", "aria-label": title, title }, icon(name));
    button.onclick = () => ask({ do: name });
    return button;
  };
  const undo = step("undo", "Undo");
  const redo = step("redo", "Redo");
  const bar = make("div", { class: "tools" }, presets.menu, reset.menu, make("span", { class: "gap" }), undo, redo);
  const fill = (desk) => {
    undo.disabled = !desk.undo;
    redo.disabled = !desk.redo;
    once(presets.panel, desk.presets, () => presets.fill(desk.presets.map(({ group, presets }) => ({
      group, entries: presets.map(({ label, weights }) => ({ label, act: () => choose(weights) })) }))));
    once(reset.panel, [desk.at_baseline, desk.at_start, desk.start], () => reset.fill([{ group: "", entries: [
      { label: "To the baseline", act: () => ask({ do: "baseline" }), disabled: desk.at_baseline },
      { label: desk.start, act: () => ask({ do: "start" }), disabled: desk.at_start }] }]));
  };
  return { bar, fill };
}

function buildMenu(label) {
  const panel = make("div", { class: "panel" });
  const menu = make("details", { class: "menu" }, make("summary", { class: "tool" }, label), panel);
  const shut = () => { menu.open = false; };
  menu.onfocusout = (event) => { if (!menu.contains(event.relatedTarget)) shut(); };
  menu.onkeydown = (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    shut();
    menu.querySelector("summary").focus();
  };
  const fill = (groups) => panel.replaceChildren(...groups.map(({ group, entries }) => make("div", { role: "group", "aria-label": group || label },
    group ? make("p", { class: "soft" }, group) : null,
    entries.map(({ label: text, act, disabled }) => {
      const button = make("button", { type: "button", disabled }, text);
      button.onclick = () => { shut(); act(); };
      return button;
    }))));
  return { menu, panel, fill };
}
