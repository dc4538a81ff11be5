// One user's list, bit for bit as recengine/fusion computes it: single precision, each product and each sum rounded by
// itself, added from left to right. No page in here.

// Raw weights over their sum, in double precision; null where they are all 0.
function effectiveWeights(raw) {
  let total = 0;
  for (const weight of raw) total += weight;
  return total > 0 ? raw.map((weight) => weight / total) : null;
}

// out[i] = weights[0] * values[0][i] + weights[1] * values[1][i] + …, float32. values: one Float32Array a scorer, of
// `width` numbers. A product and a sum of two floats are exact, or rounded once more without harm, in a double.
function weightedSum(values, weights, width) {
  const total = new Float32Array(width);
  let first = true;
  values.forEach((row, scorer) => {
    const weight = Math.fround(weights[scorer]);
    if (weight === 0) return;
    if (first) for (let at = 0; at < width; at++) total[at] = row[at] * weight;
    else for (let at = 0; at < width; at++) total[at] += Math.fround(row[at] * weight);
    first = false;
  });
  return total;
}

// Places of the k highest scores, best first, ties to the lower place; NaN and -Infinity are never listed.
function bestPlaces(scores, k) {
  const best = [];
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at];
    if (!(score > -Infinity) || (best.length === k && !(score > scores[best[k - 1]]))) continue;
    let place = best.length;
    while (place > 0 && score > scores[best[place - 1]]) place--;
    best.splice(place, 0, at);
    if (best.length > k) best.pop();
  }
  return best;
}

// The best k of the pool under effective `weights`. bound: [one number a scorer], at least the value of each item that
// the pool leaves out; complete: it leaves out none. proven: no item outside the pool can belong here (the threshold
// algorithm of Fagin, Lotem & Naor 2001).
function fuseList({ values, bound, complete }, weights, k) {
  const scores = weightedSum(values, weights, values[0].length);
  const places = bestPlaces(scores, k);
  const limit = weightedSum(Array.from(bound, (value) => [value]), weights, 1)[0];
  const proven = complete || (places.length === k && scores[places[k - 1]] > limit);
  return { places, scores, proven };
}

// Numbers that travel as base64: little-endian floats, or bits.
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function floatRows(base64, rows) {
  const floats = new Float32Array(bytesOf(base64).buffer);
  const width = floats.length / rows;
  return Array.from({ length: rows }, (_, row) => floats.subarray(row * width, (row + 1) * width));
}
