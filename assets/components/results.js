// All that a slider changes, in one piece: list and metrics are never of different weights.
export default function ({ data: json, parentElement, setTriggerValue }) {
  const data = JSON.parse(json);
  const part = (name) => parentElement.querySelector(`[data-testid="${name}"]`);
  drawStrip(part("metric-strip"), data.metrics);
  drawList(part("ranked-list"), data.list, (item) => setTriggerValue("explain", item));
  drawHistory(part("history"), data.history);
  for (const name of ["metric-strip", "ranked-list", "history"]) part(name).dataset.stamp = data.stamp;
}
