/* What the graph page shows: the history in view, its lines where there are several, the earlier period, and the live seconds. */
(function (tikwatch) {
  'use strict';

  const { dom, format, series, graphState } = tikwatch;
  const POINTS = 16000; // of all lines together, as the server allows
  const KEPT = 120; // live seconds kept to continue a history that is fetched later

  class GraphData {
    constructor(boot) {
      this.boot = boot;
      this.recent = [];
      this.take(series.parse(boot.series), boot.parts.map(series.parse));
      this.total.bounds = boot.bounds;
      this.past = boot.earlier ? series.parse(boot.earlier) : null;
      this.laneNow = boot.lanes.map(lane => lane.now);
    }

    take(total, parts) {
      this.total = total;
      this.parts = parts;
    }

    get mostPoints() {
      return Math.min(4000, Math.floor(POINTS / Math.max(1, this.boot.lanes.length)));
    }

    /** A history from the server: `{total, parts, events, problem}`. */
    async fetch([from, to], points, signal) {
      const window = new URLSearchParams({
        points: String(Math.min(points, this.mostPoints)), from: String(Math.max(0, Math.floor(from))), to: String(Math.ceil(to)),
      });
      const answer = await dom.json('api/v1/series?' + this.boot.query + '&' + window, signal);
      const total = series.parse(answer);
      total.bounds = Boolean(answer.bounds);
      const label = event => (this.boot.place || !event.device ? '' : event.device + ': ') + (event.text || event.kind || '');
      return {
        total,
        parts: this.boot.several ? answer.series.map(series.parse) : [],
        events: answer.events.map(event => ({ t: event.t, label: label(event) })).filter(event => event.label),
        unmarked: answer.eventsLeftOut ? 'newest ' + answer.events.length + ' of ' + (answer.events.length + answer.eventsLeftOut) + ' events marked' : '',
        problem: answer.problem ? 'Part of the history cannot be read: ' + answer.problem : null,
      };
    }

    /** The period `range` earlier, moved to the time of the view. A live view gets some more, since it slides. */
    async fetchPast([from, to], compare, points, signal) {
      if (!compare) return null;
      const shift = graphState.seconds(compare);
      if (from < shift) return null;
      const ahead = Math.max(120, Math.round((to - from) / 10));
      const { total } = await this.fetch([from - shift, to - shift + ahead], points, signal);
      total.t0 += shift;
      total.end += shift;
      total.until = to + ahead;
      return total;
    }

    /** What the stream brought for one second: of several lines each, of all devices their sum. */
    live(second, values) {
      const lanes = this.boot.several ? values : [];
      const rates = this.boot.lanes.length === 1 ? values[0] || [null, null] : this.sum(values);
      this.recent.push([second, rates, lanes]);
      if (this.recent.length > KEPT) this.recent.shift();
      this.append(second, rates, lanes);
      if (this.boot.several) this.laneNow = lanes;
      return rates;
    }

    append(second, rates, lanes) {
      series.append(this.total, second - 1, rates);
      this.parts.forEach((part, index) => series.append(part, second - 1, lanes[index] || [null, null]));
    }

    /** Puts a fetched history in the place of the old one, continued by the seconds that came meanwhile. */
    replace({ total, parts }) {
      const { end } = total;
      this.take(total, parts);
      for (const [second, rates, lanes] of this.recent) {
        if (second > end) this.append(second, rates, lanes);
      }
    }

    trim(from) {
      for (const each of [this.total, ...this.parts]) series.trim(each, from);
    }

    /** The sum of what is known; unknown when nothing is. */
    sum(values) {
      return [0, 1].map(k => {
        const known = values.map(pair => pair[k]).filter(format.isKnown);
        return known.length ? known.reduce((a, b) => a + b, 0) : null;
      });
    }
  }

  tikwatch.GraphData = GraphData;
})(globalThis.tikwatch ??= {});
