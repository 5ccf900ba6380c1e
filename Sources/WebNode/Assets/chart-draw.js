/* What a chart paints on its lower canvas: grid, gaps, fills, lines, events. */
(function (tikwatch) {
  'use strict';

  const MARK_WIDTH = 6; // pixels between two marks of events
  const MARKS = 40; // where more events are in view, marks stand farther apart: the graph is behind them

  const { columns, ticks, scale } = tikwatch;

  /** The tile of the diagonal hatch that says "no data". */
  function hatchTile(colour) {
    const tile = document.createElement('canvas');
    tile.width = 8;
    tile.height = 8;
    const context = tile.getContext('2d');
    context.strokeStyle = colour;
    context.lineWidth = 1.2;
    context.beginPath();
    for (const [x0, y0, x1, y1] of [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]]) {
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
    }
    context.stroke();
    return tile;
  }

  function strokeLine(context, x0, y0, x1, y1) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  function valueAxis(chart, context) {
    const { colours, left, plotWidth } = chart;
    const label = chart.logarithmic
      ? scale.decadeLabel
      : ticks.rateLabeller(chart.scale.largest, chart.scale.step);
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    context.lineWidth = 1;
    for (const value of chart.scale.lines) {
      const y = Math.round(chart.y(value)) + 0.5;
      context.strokeStyle = value === 0 ? colours.line : colours.grid;
      strokeLine(context, left, y, left + plotWidth, y);
      context.fillStyle = colours.text;
      context.fillText(label(value), left - 10, y);
    }
  }

  function timeAxis(chart, context) {
    const { colours, left, plotWidth, top, plotHeight } = chart;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    for (const tick of ticks.timeTicks(chart.range[0], chart.range[1], plotWidth)) {
      const x = Math.round(chart.x(tick.time)) + 0.5;
      if (x < left || x > left + plotWidth) continue;
      context.strokeStyle = tick.strong ? colours.line : colours.grid;
      strokeLine(context, x, top, x, top + plotHeight + 4);
      context.font = (tick.strong ? '600 ' : '') + chart.font;
      const half = context.measureText(tick.label).width / 2;
      if (x - half >= left - 8 && x + half <= chart.width) {
        context.fillStyle = tick.strong ? colours.strong : colours.text;
        context.fillText(tick.label, x, chart.height - 6);
      }
    }
    context.font = chart.font;
  }

  function gaps(chart, context) {
    const end = chart.healthyUntil === undefined ? chart.series.end : chart.healthyUntil;
    const pattern = context.createPattern(chart.hatch, 'repeat');
    for (const [from, to] of columns.gaps(chart.both, chart.range[0], Math.min(end, chart.range[1]))) {
      const x0 = Math.max(chart.left, chart.x(from));
      const x1 = Math.min(chart.left + chart.plotWidth, chart.x(to));
      if (x1 - x0 < 1) continue;
      context.fillStyle = pattern;
      context.fillRect(x0, chart.top, x1 - x0, chart.plotHeight);
      if (x1 - x0 > 64 && chart.axes) {
        context.fillStyle = chart.colours.text;
        context.textAlign = 'center';
        context.textBaseline = 'middle';
        context.fillText('no data', (x0 + x1) / 2, chart.top + chart.plotHeight / 2);
      }
    }
    context.textBaseline = 'alphabetic';
  }

  /** A path through one property of the columns [first, last), forwards or backwards. */
  function trace(chart, context, list, name, first, last, sign) {
    const step = first <= last ? 1 : -1;
    for (let index = first; index !== last; index += step) {
      context.lineTo(chart.x(list.centre[index]), chart.y(sign * list[name][index]));
    }
  }

  function fills(chart, context, list, k, sign) {
    const colour = chart.colours.series[k];
    const { mirrored } = chart;
    const zero = chart.y(0);
    for (const [first, last] of columns.runs(list.mean)) {
      if (chart.style !== 'line') {
        const far = sign > 0 ? chart.top : chart.top + chart.plotHeight;
        const gradient = context.createLinearGradient(0, far, 0, zero);
        gradient.addColorStop(0, colour + (mirrored ? '8c' : '66'));
        gradient.addColorStop(1, colour + (mirrored ? '26' : '14'));
        context.fillStyle = gradient;
        context.beginPath();
        context.moveTo(chart.x(list.centre[first]), zero);
        trace(chart, context, list, 'mean', first, last, sign);
        context.lineTo(chart.x(list.centre[last - 1]), zero);
        context.fill();
      }
      if (chart.peaks) {
        context.fillStyle = colour + (mirrored ? '40' : '38');
        context.beginPath();
        trace(chart, context, list, 'high', first, last, sign);
        trace(chart, context, list, 'low', last - 1, first - 1, sign);
        context.fill();
      }
    }
  }

  function lines(chart, context, list, k, sign) {
    context.strokeStyle = chart.colours.series[k];
    context.lineWidth = chart.axes ? 1.6 : 1.3;
    context.lineJoin = 'round';
    context.lineCap = 'round';
    // A second cue besides the colour where both lines share one side of the axis.
    if (k === 1 && chart.style === 'line') context.setLineDash([7, 3]);
    for (const [first, last] of columns.runs(list.mean)) {
      context.beginPath();
      trace(chart, context, list, 'mean', first, last, sign);
      if (last - first === 1) context.lineTo(chart.x(list.centre[first]) + 0.5, chart.y(sign * list.mean[first]));
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** The earlier period, muted, beneath the present one. */
  function earlier(chart, context) {
    context.lineWidth = 1.2;
    for (const k of [0, 1]) {
      if (chart.hidden[k]) continue;
      const list = chart.pastColumns[k];
      const colour = chart.lanes ? chart.colours.text : chart.colours.series[k];
      for (const [first, last] of columns.runs(list.mean)) {
        context.beginPath();
        trace(chart, context, list, 'mean', first, last, chart.sign(k));
        context.strokeStyle = colour + '8c';
        if (k === 1 && !chart.mirrored) context.setLineDash([2, 3]);
        context.stroke();
        context.setLineDash([]);
        context.lineTo(chart.x(list.centre[last - 1]), chart.y(0));
        context.lineTo(chart.x(list.centre[first]), chart.y(0));
        context.fillStyle = colour + '1a';
        context.fill();
      }
    }
  }

  function data(chart, context) {
    context.save();
    context.beginPath();
    context.rect(chart.left, chart.top - 2, chart.plotWidth, chart.plotHeight + 4);
    context.clip();
    if (chart.pastColumns) earlier(chart, context);
    if (chart.lanes) {
      tikwatch.chartLanes.paint(chart, context);
    } else {
      for (const paint of [fills, lines]) {
        for (const k of [0, 1]) {
          if (!chart.hidden[k]) paint(chart, context, chart.both[k], k, chart.sign(k));
        }
      }
    }
    context.restore();
  }

  /** The speed of the link, where the scale reaches at least half of it. */
  function linkSpeed(chart, context) {
    const speed = chart.linkSpeed;
    if (!speed || chart.lanes) return;
    const text = 'link ' + tikwatch.format.rate(speed);
    for (const [sign, edge] of [[1, chart.scale.top], [-1, chart.scale.bottom]]) {
      if (edge < speed) continue; // the scale holds it when it reaches half of it: see `Chart.layout`
      const y = Math.round(chart.y(sign * speed)) + 0.5;
      context.strokeStyle = chart.colours.text;
      context.lineWidth = 1;
      context.setLineDash([2, 4]);
      strokeLine(context, chart.left, y, chart.left + chart.plotWidth, y);
      context.setLineDash([]);
      if (sign < 0) continue;
      context.fillStyle = chart.colours.text;
      context.textAlign = 'right';
      context.textBaseline = 'alphabetic';
      context.fillText(text, chart.left + chart.plotWidth - 4, y + 14);
    }
  }

  /** As much of a text as fits into `width` pixels. */
  function fitting(context, text, width) {
    let shown = text.slice(0, 40);
    while (shown.length > 1 && context.measureText(shown + '…').width > width) shown = shown.slice(0, -1);
    return shown === text ? text : shown.trimEnd() + '…';
  }

  /** The events in view; those that would stand on top of each other are one mark, which tells how many. */
  function marks(chart) {
    const [from, to] = chart.range;
    const list = [];
    const events = chart.events.filter(each => each.t >= from && each.t <= to).sort((a, b) => a.t - b.t);
    const width = events.length > MARKS ? Math.max(MARK_WIDTH, chart.plotWidth / MARKS) : MARK_WIDTH;
    for (const event of events) {
      const x = Math.min(Math.round(chart.x(event.t)), chart.left + chart.plotWidth - 1) + 0.5;
      const last = list[list.length - 1];
      if (last && x - last.x < width) last.more += 1; else list.push({ x, label: event.label, more: 0 });
    }
    return list;
  }

  /** Dashed lines for reboots, link changes and the like; a label only where it does not collide. */
  function events(chart, context) {
    const { colours, left, plotWidth, top, plotHeight } = chart;
    let free = -Infinity;
    context.lineWidth = 1;
    const list = marks(chart);
    context.strokeStyle = colours.text;
    context.setLineDash([3, 3]);
    for (const { x } of list) strokeLine(context, x, top, x, top + plotHeight);
    context.setLineDash([]);
    for (const { x, label, more } of list) {
      // What stands in brackets is for the list of events.
      const count = more ? ' +' + more : '';
      const text = fitting(context, label.replace(/ \(.*\)$/, ''), plotWidth / 2 - 10 - context.measureText(count).width) + count;
      const width = context.measureText(text).width + 10;
      const start = x + width > left + plotWidth ? x - width : x;
      if (start > free) {
        context.fillStyle = colours.surface + 'd9';
        context.fillRect(start + 1, top + 1, width - 2, 16);
        context.fillStyle = colours.strong;
        context.textAlign = 'left';
        context.textBaseline = 'alphabetic';
        context.fillText(text, start + 5, top + 13);
        free = start + width;
      }
      free = Math.max(free, x);
    }
  }

  function all(chart, context) {
    if (chart.axes) {
      valueAxis(chart, context);
      timeAxis(chart, context);
    }
    gaps(chart, context);
    data(chart, context);
    if (chart.axes) {
      linkSpeed(chart, context);
      events(chart, context);
    }
  }

  tikwatch.chartDraw = { hatchTile, trace, marks, all };
})(globalThis.tikwatch ??= {});
