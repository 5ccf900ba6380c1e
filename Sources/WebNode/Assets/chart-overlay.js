/* What a chart paints on its upper canvas: the cursor with its values, the selection, the navigator's window. */
(function (tikwatch) {
  'use strict';

  const { format } = tikwatch;

  function brush(chart, context) {
    const { width, height, colours } = chart;
    const x0 = Math.max(0, chart.x(chart.brush[0]));
    const x1 = Math.min(width, Math.max(x0 + 6, chart.x(chart.brush[1])));
    context.fillStyle = colours.surface + 'a6';
    context.fillRect(0, 0, x0, height);
    context.fillRect(x1, 0, width - x1, height);
    context.strokeStyle = colours.accent;
    context.lineWidth = 1.5;
    context.strokeRect(x0 + 0.75, 1, x1 - x0 - 1.5, height - 2);
    context.fillStyle = colours.accent;
    for (const x of [x0, x1]) {
      context.beginPath();
      context.roundRect(x - 3, height / 2 - 10, 6, 20, 3);
      context.fill();
    }
  }

  function selection(chart, context) {
    const { colours, left, plotWidth, top, plotHeight } = chart;
    const [from, to] = [...chart.selection].sort((a, b) => a - b);
    const x0 = chart.x(from);
    const x1 = chart.x(to);
    context.fillStyle = colours.accent + '2e';
    context.fillRect(x0, top, x1 - x0, plotHeight);
    context.fillStyle = colours.accent;
    context.fillRect(x0, top, 1.5, plotHeight);
    context.fillRect(x1 - 1.5, top, 1.5, plotHeight);
    const text = format.duration(to - from);
    context.font = '600 ' + chart.font;
    const width = context.measureText(text).width + 16;
    const centre = Math.min(left + plotWidth - width / 2, Math.max(left + width / 2, (x0 + x1) / 2));
    context.beginPath();
    context.roundRect(centre - width / 2, top + 4, width, 22, 11);
    context.fill();
    context.fillStyle = colours.onAccent;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, centre, top + 15.5);
  }

  function cursor(chart, context) {
    const x = chart.x(chart.cursor);
    if (x < chart.left || x > chart.left + chart.plotWidth) return;
    const value = chart.at(chart.cursor);
    context.strokeStyle = chart.colours.strong + '80';
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, chart.top);
    context.lineTo(Math.round(x) + 0.5, chart.top + chart.plotHeight);
    context.stroke();
    const dot = (mean, k, colour) => {
      if (chart.hidden[k] || mean !== mean) return;
      context.fillStyle = colour;
      context.strokeStyle = chart.colours.surface;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, chart.y(chart.sign(k) * mean), 4.5, 0, 7);
      context.fill();
      context.stroke();
    };
    if (value && (!chart.lanes || chart.stacked)) {
      for (const k of [0, 1]) dot(value.mean[k], k, chart.lanes ? chart.colours.strong : chart.colours.series[k]);
    } else if (value) {
      value.lanes.forEach((means, index) => chart.lanes[index].hidden || means.forEach((mean, k) => dot(mean, k, chart.colours.lanes[index])));
    }
    if (!chart.selection) tip(chart, x, value);
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function tip(chart, x, value) {
    const box = chart.tip;
    const time = value ? value.from : chart.cursor;
    const head = element('div', 'tip-time', format.day(time) + '  ' + format.clock(time));
    if (value && value.to - value.from > 1) head.append(element('span', 'tip-span', ' + ' + format.duration(value.to - value.from)));
    box.replaceChildren(head);
    if (!value) box.append(element('div', 'tip-none', 'no data'));
    for (const k of value ? [0, 1] : []) {
      if (chart.hidden[k]) continue;
      const row = element('div', 'tip-row');
      row.append(chart.lanes ? '' : element('i', 'key k' + k), element('span', '', (k ? '↑ ' : '↓ ') + chart.names[k]), element('b', '', format.rate(value.mean[k])));
      if (value.past) row.append(element('span', 'tip-max', chart.pastName + ' before ' + format.rate(value.past[k])));
      else if (chart.peaks && !chart.lanes && value.to - value.from > 1) row.append(element('span', 'tip-max', 'peak ' + format.rate(value.high[k])));
      box.append(row);
    }
    if (value && chart.lanes) tikwatch.chartLanes.tip(chart, value, box, element);
    box.hidden = false;
    const width = box.offsetWidth;
    const place = x + 18 + width > chart.width ? x - 18 - width : x + 18;
    box.style.transform = 'translate(' + Math.max(2, Math.round(place)) + 'px,' + (chart.top + 34) + 'px)';
  }

  function all(chart, context) {
    context.setTransform(chart.density, 0, 0, chart.density, 0, 0);
    context.clearRect(0, 0, chart.width, chart.height);
    context.font = chart.font;
    chart.tip.hidden = true;
    if (chart.brush) brush(chart, context);
    if (chart.selection) selection(chart, context);
    if (chart.cursor !== null && chart.axes) cursor(chart, context);
  }

  tikwatch.chartOverlay = { all };
})(globalThis.tikwatch ??= {});
