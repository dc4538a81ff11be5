// A ranked list by itself.
export default function ({ data: json, parentElement, setTriggerValue }) {
  const data = JSON.parse(json);
  const root = parentElement.querySelector(".root");
  // where nothing can move, nothing says so
  root.classList.toggle("is-still", Boolean(data.still));
  drawList(root, data, (item) => setTriggerValue("explain", item));
  root.dataset.stamp = data.stamp;
}
