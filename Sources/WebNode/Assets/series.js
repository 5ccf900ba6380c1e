/* Samples of one link in regular steps, and what can be said about them.
 *
 * A series is `{t0, step, avg: [in, out], max: [in, out], min: [in, out], end}`: value i covers
 * [t0 + i·step, t0 + (i+1)·step) in epoch seconds, rates in bit/s, NaN is unknown. `end` is where knowledge ends.
 */
(function (tikwatch) {
  'use strict';

  const { format } = tikwatch;

  function numbers(values, count) {
    const list = new Array(count);
    for (let index = 0; index < count; index += 1) {
      const value = values[index];
      list[index] = format.isKnown(value) ? value : NaN;
    }
    return list;
  }

  /** A series from an answer of `api/v1/series`, or from one whose `max` and `min` were left out because they equal `avg`. */
  function parse(answer) {
    const count = Math.min(answer.in.avg.length, answer.out.avg.length);
    const avg = [answer.in.avg, answer.out.avg].map(list => numbers(list, count));
    const pick = name => [answer.in, answer.out].map((side, k) => (side[name] ? numbers(side[name], count) : avg[k]));
    const series = { t0: answer.t0, step: answer.step, avg, max: pick('max'), min: pick('min') };
    series.end = lastKnownEnd(series);
    return series;
  }

  /** A series from a short list of averages, as the overview carries it. */
  function parseSpark(spark) {
    return parse({ t0: spark.t0, step: spark.step, in: { avg: spark.in }, out: { avg: spark.out } });
  }

  function empty(t0, step, count) {
    const lists = () => [0, 1].map(() => new Array(count).fill(NaN));
    const avg = lists();
    return { t0, step, avg, max: avg, min: avg, end: t0 };
  }

  function lastKnownEnd(series) {
    for (let index = series.avg[0].length - 1; index >= 0; index -= 1) {
      if (isKnownAt(series, index)) return series.t0 + (index + 1) * series.step;
    }
    return series.t0;
  }

  const isKnownAt = (series, index) => series.avg[0][index] === series.avg[0][index] || series.avg[1][index] === series.avg[1][index];

  /** Takes one live second in: averaged into its step, with its peak. Steps in between stay unknown. */
  function append(series, time, rates) {
    const index = Math.floor((time - series.t0) / series.step);
    if (index < 0 || index > series.avg[0].length + 100000) return;
    const lists = new Set([...series.avg, ...series.max, ...series.min]);
    for (const list of lists) {
      while (list.length <= index) list.push(NaN);
    }
    if (series.partial !== index) {
      series.partial = index;
      // Values already there for this step came from the server; they count for the seconds before this one.
      const before = Math.max(0, Math.floor(time - (series.t0 + index * series.step)));
      series.counts = [0, 1].map(k => (series.avg[k][index] === series.avg[k][index] ? Math.max(1, before) : 0));
      series.newest = -Infinity;
    }
    if (time <= series.newest) return;
    series.newest = time;
    for (const k of [0, 1]) {
      const value = rates[k];
      if (!format.isKnown(value)) continue;
      const count = series.step <= 1 ? 0 : series.counts[k];
      const old = count > 0 ? series.avg[k][index] : 0;
      series.avg[k][index] = (old * count + value) / (count + 1);
      series.counts[k] = count + 1;
      if (series.max[k] !== series.avg[k]) {
        series.max[k][index] = count > 0 ? Math.max(series.max[k][index], value) : value;
        series.min[k][index] = count > 0 ? Math.min(series.min[k][index], value) : value;
      }
      series.end = Math.max(series.end, Math.floor(time) + 1);
    }
  }

  /** Drops what ended before `from`, in blocks, so that a page may stay open for days. */
  function trim(series, from) {
    const surplus = Math.floor((from - series.t0) / series.step);
    if (surplus < 300) return;
    for (const list of new Set([...series.avg, ...series.max, ...series.min])) list.splice(0, surplus);
    series.t0 += surplus * series.step;
    if (series.partial !== undefined) series.partial -= surplus;
  }

  /** The sum of several series of one step: unknown where none of them knows. */
  function sum(list, t0, step, count) {
    const total = empty(t0, step, count);
    for (const series of list) {
      const offset = Math.round((series.t0 - t0) / step);
      for (const k of [0, 1]) {
        series.avg[k].forEach((value, index) => {
          const at = index + offset;
          if (value !== value || at < 0 || at >= count) return;
          const old = total.avg[k][at];
          total.avg[k][at] = old === old ? old + value : value;
        });
      }
    }
    total.end = lastKnownEnd(total);
    return total;
  }

  /** The steps that overlap [from, to): first and last index plus one. */
  function indices(series, from, to) {
    const first = Math.max(0, Math.floor((from - series.t0) / series.step + 1e-9));
    const last = Math.min(series.avg[0].length, Math.ceil((to - series.t0) / series.step - 1e-9));
    return [first, Math.max(first, last)];
  }

  /** Average, peak, lowest, and 95th percentile of the points shown, of direction `k` in [from, to). */
  function statistics(series, k, from, to) {
    const [first, last] = indices(series, from, to);
    const known = [];
    let total = 0;
    let seconds = 0;
    const result = { average: null, peak: null, peakAt: null, lowest: null, percentile: null, missing: 0 };
    for (let index = first; index < last; index += 1) {
      const start = series.t0 + index * series.step;
      const covered = Math.max(0, Math.min(to, start + series.step, series.end) - Math.max(from, start));
      const value = series.avg[k][index];
      if (value !== value) {
        result.missing += covered;
        continue;
      }
      known.push(value);
      total += value * covered;
      seconds += covered;
      if (result.peak === null || series.max[k][index] > result.peak) {
        result.peak = series.max[k][index];
        result.peakAt = start;
      }
      if (result.lowest === null || series.min[k][index] < result.lowest) result.lowest = series.min[k][index];
    }
    if (known.length === 0 || seconds === 0) return result;
    known.sort((a, b) => a - b);
    result.average = total / seconds;
    result.percentile = known[Math.ceil(known.length * 0.95) - 1];
    return result;
  }

  /** Average and peak of both directions in [from, to); `null` when nothing is known. */
  function summary(series, from, to) {
    const both = [0, 1].map(k => statistics(series, k, from, to));
    if (both[0].average === null && both[1].average === null) return null;
    return { average: both.map(s => s.average), peak: both.map(s => s.peak), lowest: both.map(s => s.lowest) };
  }

  tikwatch.series = { parse, parseSpark, empty, append, trim, sum, indices, isKnownAt, statistics, summary };
})(globalThis.tikwatch ??= {});
