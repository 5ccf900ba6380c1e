/* Several lines in one chart: stacked on top of each other, or beside each other. */
(function (tikwatch) {
  'use strict';

  const { columns, format } = tikwatch;

  const shown = chart => chart.lanes.map((lane, index) => ({ ...lane, index, both: chart.laneColumns[index] })).filter(lane => !lane.hidden);

  /** Sums from below for each line: `[{lower, upper}]`, unknown where no line is known. */
  function layers(lanes, k) {
    const count = lanes.length ? lanes[0].both[k].mean.length : 0;
    let lower = new Array(count).fill(0);
    const known = lower.map((_, index) => lanes.some(({ both }) => both[k].mean[index] === both[k].mean[index]));
    return lanes.map(({ both }) => {
      const upper = lower.map((base, index) => {
        if (!known[index]) return NaN;
        const value = both[k].mean[index];
        return value === value ? base + value : base;
      });
      const layer = { lower: lower.map((base, index) => (known[index] ? base : NaN)), upper };
      lower = upper.map((value, index) => (known[index] ? value : 0));
      return layer;
    });
  }

  /** The highest value drawn. */
  function extent(chart, k) {
    const lanes = shown(chart);
    const highest = lists => lists.reduce((top, list) => list.reduce((each, value) => (value > each ? value : each), top), 0);
    if (chart.stacked) return highest(layers(lanes, k).slice(-1).map(layer => layer.upper));
    return highest(lanes.map(({ both }) => (chart.peaks ? both[k].high : both[k].mean)));
  }

  function path(chart, context, centre, values, first, last, sign) {
    const step = first <= last ? 1 : -1;
    for (let index = first; index !== last; index += step) context.lineTo(chart.x(centre[index]), chart.y(sign * values[index]));
  }

  function stack(chart, context, k) {
    const lanes = shown(chart);
    const made = layers(lanes, k);
    lanes.forEach((lane, at) => {
      const { centre } = lane.both[k];
      const { lower, upper } = made[at];
      for (const [first, last] of columns.runs(upper)) {
        context.beginPath();
        path(chart, context, centre, upper, first, last, chart.sign(k));
        path(chart, context, centre, lower, last - 1, first - 1, chart.sign(k));
        context.closePath();
        context.fillStyle = chart.colours.lanes[lane.index] + 'b3';
        context.fill();
        // A thin edge in the card's colour keeps neighbours apart.
        context.beginPath();
        path(chart, context, centre, upper, first, last, chart.sign(k));
        context.strokeStyle = chart.colours.surface;
        context.lineWidth = 1;
        context.stroke();
      }
    });
  }

  function beside(chart, context, k) {
    for (const lane of shown(chart)) {
      const list = lane.both[k];
      const colour = chart.colours.lanes[lane.index];
      for (const [first, last] of columns.runs(list.mean)) {
        if (chart.peaks) {
          context.beginPath();
          path(chart, context, list.centre, list.high, first, last, chart.sign(k));
          path(chart, context, list.centre, list.low, last - 1, first - 1, chart.sign(k));
          context.fillStyle = colour + '24';
          context.fill();
        }
        context.beginPath();
        path(chart, context, list.centre, list.mean, first, last, chart.sign(k));
        if (last - first === 1) context.lineTo(chart.x(list.centre[first]) + 0.5, chart.y(chart.sign(k) * list.mean[first]));
        context.strokeStyle = colour;
        context.lineWidth = 1.5;
        context.lineJoin = 'round';
        if (k === 1 && !chart.mirrored) context.setLineDash([6, 3]);
        context.stroke();
        context.setLineDash([]);
      }
    }
  }

  function paint(chart, context) {
    for (const k of [0, 1]) {
      if (!chart.hidden[k]) (chart.stacked ? stack : beside)(chart, context, k);
    }
  }

  function tip(chart, value, box, element) {
    chart.lanes.forEach((lane, index) => {
      if (lane.hidden) return;
      const row = element('div', 'tip-row');
      const [received, sent] = value.lanes[index].map(format.rate);
      const words = [chart.hidden[0] ? '' : '↓ ' + received, chart.hidden[1] ? '' : '↑ ' + sent].filter(Boolean).join('  ');
      row.append(element('i', 'key lane-' + (index + 1)), element('span', 'tip-name', lane.name), element('b', '', words));
      box.append(row);
    });
  }

  tikwatch.chartLanes = { layers, extent, paint, tip };
})(globalThis.tikwatch ??= {});
