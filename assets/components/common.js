// Shared by all components: text only ever enters the page as textContent.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// The looks of a scorer: one of the classes in common.css, so that colour is never alone.
const PATTERNS = { "": "solid", "/": "slash", ".": "dots", x: "cross", "\\": "backslash", "-": "lines", "+": "grid", "|": "bars" };

function paint(element, scorer) {
  for (const name of Object.values(PATTERNS)) element.classList.remove(`is-${name}`);
  element.classList.add("fill", `is-${PATTERNS[scorer.pattern] ?? "solid"}`);
  element.style.setProperty("--c", scorer.color);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Run `draw` only when `data` is not what it was for this element.
function once(element, data, draw) {
  const text = JSON.stringify(data);
  if (element.drawn === text) return;
  element.drawn = text;
  draw();
}

// Make `rows` the children of `body`, touching only what is not in place.
function arrange(body, rows) {
  rows.forEach((row, at) => {
    if (body.children[at] !== row) body.insertBefore(row, body.children[at] ?? null);
  });
  while (body.children.length > rows.length) body.lastElementChild.remove();
}
