/* From samples to what is drawn: at most one column per pixel, and no column ever hides a peak.
 *
 * Samples are joined in groups that are aligned to absolute time, not to the window, so a sliding live view moves
 * rigidly instead of shimmering. Every sample belongs to exactly one group, so a single peak survives every zoom.
 */
(function (tikwatch) {
  'use strict';

  /** How many samples one column joins for `width` pixels over `span` seconds. */
  function groupSize(step, span, width) {
    return Math.max(1, Math.ceil(span / step / Math.max(1, width) - 1e-9));
  }

  /** Columns of direction `k` that overlap [from, to]: centre, left and right edge in time, lowest, mean, highest. */
  function columns(series, k, from, to, width) {
    const { t0, step } = series;
    const average = series.avg[k];
    const highest = series.max[k];
    const lowest = series.min[k];
    const size = groupSize(step, to - from, width);
    const origin = Math.round(t0 / step);
    const first = Math.floor((Math.floor((from - t0) / step) + origin) / size);
    const last = Math.floor((Math.ceil((to - t0) / step) - 1 + origin) / size);
    const result = { size, left: [], right: [], centre: [], low: [], mean: [], high: [] };
    for (let group = first; group <= last; group += 1) {
      const start = group * size - origin;
      let low = Infinity;
      let high = -Infinity;
      let total = 0;
      let count = 0;
      for (let index = Math.max(0, start); index < Math.min(average.length, start + size); index += 1) {
        const value = average[index];
        if (value !== value) continue;
        if (lowest[index] < low) low = lowest[index];
        if (highest[index] > high) high = highest[index];
        total += value;
        count += 1;
      }
      const left = t0 + start * step;
      result.left.push(left);
      result.right.push(left + size * step);
      result.centre.push(left + size * step / 2);
      result.low.push(count ? Math.min(low, total / count) : NaN);
      result.mean.push(count ? total / count : NaN);
      result.high.push(count ? Math.max(high, total / count) : NaN);
    }
    return result;
  }

  /** Stretches of known columns as `[first, last + 1]`. */
  function runs(values) {
    const found = [];
    let start = -1;
    for (let index = 0; index <= values.length; index += 1) {
      const known = index < values.length && values[index] === values[index];
      if (known && start < 0) start = index;
      if (!known && start >= 0) {
        found.push([start, index]);
        start = -1;
      }
    }
    return found;
  }

  /** Stretches of time in [from, end] without any sample, as `[from, to]`. What comes after `end` is not a gap. */
  function gaps(both, from, end) {
    const found = [];
    const { left, right } = both[0];
    for (let index = 0; index < left.length; index += 1) {
      if (left[index] >= end) break;
      const known = both.some(columns => columns.mean[index] === columns.mean[index]);
      if (known) continue;
      const start = Math.max(from, left[index]);
      const stop = Math.min(end, right[index]);
      const previous = found[found.length - 1];
      if (previous && Math.abs(previous[1] - start) < 1e-6) previous[1] = stop;
      else if (stop > start) found.push([start, stop]);
    }
    return found;
  }

  /** The column that holds `time`, -1 where there is none. */
  function indexAt({ left, right }, time) {
    if (left.length === 0) return -1;
    const index = Math.floor((time - left[0]) / (right[0] - left[0]));
    return index < left.length ? Math.max(-1, index) : -1;
  }

  /** The means of both directions at `time`; NaN where unknown. */
  function meansAt(both, time) {
    return both.map(list => {
      const index = indexAt(list, time);
      return index < 0 ? NaN : list.mean[index];
    });
  }

  tikwatch.columns = { groupSize, columns, runs, gaps, indexAt, meansAt };
})(globalThis.tikwatch ??= {});
