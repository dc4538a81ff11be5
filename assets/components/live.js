// The rows of the list while a slider moves: what ui/panels.py says of a list, of the pool that the browser holds.
function openPool(live, scorers) {
  const values = floatRows(live.values, scorers);
  const bits = bytesOf(live.opinions);
  const width = bits.length / scorers;
  return {
    ...live,
    values,
    held: new Set(live.held),
    hasOpinion: (scorer, place) => Boolean((bits[scorer * width + (place >> 3)] >> (place & 7)) & 1),
  };
}

// The list under effective `weights`; `shown` is the list that came from the server, for what no weight changes. raw: the
// weights for links, by scorer.
function liveList(pool, weights, raw, shown) {
  const { places, scores, proven } = fuseList(pool, weights, pool.k);
  const link = new URLSearchParams(pool.link);
  for (const [name, weight] of Object.entries(raw)) link.set(`w_${name}`, String(weight));
  const rows = places.map((place, at) => {
    link.set("item", pool.items[place]);
    return {
      item: pool.items[place],
      rank: at + 1,
      title: pool.titles[place],
      detail: pool.details[place],
      move: moveOf(at + 1, pool.before[place], pool.k_before),
      score: scores[place].toFixed(shown.digits),
      held_out: pool.held.has(place),
      href: `explain?${link}`,
      parts: pool.values.map((row, scorer) => {
        const value = weights[scorer] * row[place];
        const opinion = pool.hasOpinion(scorer, place);
        return { value, opinion, text: value.toFixed(shown.digits) + (opinion ? "" : " (no opinion)") };
      }),
    };
  });
  const hits = rows.filter((row) => row.held_out).length;
  const proof = proven
    ? "This list is exact: proven from the candidate pool."
    : "Checked on release: an item from outside the candidate pool may belong here.";
  const footer = `${hits} of ${pool.n_held} held-out items in the list. ${proof}`;
  return { ...shown, rows, footer, proven };
}

// How a place differs from the one under the baseline, 0 where the item could not be listed there.
function moveOf(rank, before, k) {
  if (before === 0) return { kind: "new", text: "new", said: "new in the list, could not be listed under the baseline" };
  const was = before.toLocaleString("en-US");
  if (before > k) return { kind: "new", text: `new (${was})`, said: `new in the list, was number ${was}` };
  if (before === rank) return { kind: "same", text: "", said: "same place as under the baseline" };
  const kind = before > rank ? "up" : "down";
  return { kind, text: String(Math.abs(before - rank)), said: `${kind} ${Math.abs(before - rank)}, was number ${before}` };
}
